import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Threat: who gets into a container, or into what it is built from, gets further. How it is run is in test/deploy. */

const root = join(__dirname, '../..');
const lines = readFileSync(join(root, 'deploy/docker/Dockerfile'), 'utf8')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const stages = lines.join('\n').split(/^(?=FROM )/m);
const image = stages.at(-1) ?? '';

test('two stages: what builds is not in the image', () => {
  expect(stages).toHaveLength(2);
  expect(image).toMatch(/^FROM node:\d+-slim\n/);
  // Compilers, sources and what the tests need stay behind.
  expect([...image.matchAll(/^COPY --from=build \/app\/(.+) \S+$/gm)].map(([, what]) => what)).toEqual([
    'package.json /app/sbom.cdx.json',
    'node_modules',
    'dist',
  ]);
  expect(image).not.toMatch(/^(ADD|COPY (?!--from=build))/m);
});

test('no script of a package runs while it is built, and each is the one of the lockfile', () => {
  const installs = lines.join('\n').match(/npm (ci|i|install)\b[^&\n]*/g) ?? [];
  expect(installs).toHaveLength(2);
  for (const install of installs) expect(install).toMatch(/^npm ci\b.*--ignore-scripts/);
  expect(installs.at(-1)).toContain('--omit=dev');
});

test('not root, and it needs no shell', () => {
  const user = /^USER (\S+)$/m.exec(image)?.[1];
  expect(user).toBe('node');
  const after = image.slice(image.indexOf('\nUSER '));
  expect(after).not.toMatch(/^RUN /m);
  for (const line of after.matchAll(/^(?:HEALTHCHECK .*?CMD|ENTRYPOINT|CMD) (.*)$/gm)) expect(line[1]).toMatch(/^\[/);
});

test('the bill of materials names what production has, and nothing else', () => {
  expect(lines.join('\n')).toContain('npm sbom --sbom-format cyclonedx > sbom.cdx.json');
  const bill = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { components } = JSON.parse(bill) as { components: { name: string; group?: string }[] };
  const names = components.map(({ name, group }) => (group === undefined ? name : `${group}/${name}`));
  expect(names).toEqual(expect.arrayContaining(['express', 'mongoose', 'kafkajs', 'undici']));
  expect(names).not.toContain('jest');
});
