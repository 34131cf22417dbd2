import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readPages, ROOT } from '../support/docs/pages.js';
import { isPlayed, play } from '../support/docs/play.js';
import { commandFolder, commandsOf, openShell } from '../support/docs/shell.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** README.md done literally, in a copy of the repository: real npm, a real build, a program that is saved and started. */

const FIRST = 'From nothing to a verified webhook';

const readme = readPages().find((page) => page.path === 'README.md');
if (readme === undefined) throw new Error('There is a README.md.');
const way = readme.blocks.filter(({ section }) => section === FIRST).filter(isPlayed);
const only = (language: string): string[] => way.filter((block) => block.language === language).map(({ text }) => text);

const copies: string[] = [];
afterAll(() => copies.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

test('at most five commands and twenty lines of code', () => {
  expect(only('sh').flatMap(commandsOf).length).toBeGreaterThan(3);
  expect(only('sh').flatMap(commandsOf).length).toBeLessThanOrEqual(5);
  const lines = only('js').flatMap((text) => text.trim().split('\n'));
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.length).toBeLessThanOrEqual(20);
});

test('from npm ci to a verified webhook in an own Express app', async () => {
  const folder = copyOfRepository();
  const ports = new Map([
    ['3000', await freePort()],
    ['4000', await freePort()],
  ]);
  const home = temporaryFolder();
  // curl answers 0 to a refusal unless it is told otherwise.
  writeFileSync(path.join(home, '.curlrc'), 'fail-with-body\n');
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  // What it would download is here already: what is left of "npm ci" is whether package.json and the lockfile agree.
  const programs = commandFolder({
    npm: `[ "$1" = ci ] && exec ${npm} ci --dry-run --offline --ignore-scripts; exec ${npm} "$@"`,
  });
  const shell = openShell(folder, {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    ROLLCALL_PORT: String(ports.get('3000')),
  });
  try {
    const running = await play(readme, { shell, folder, values: new Map(), ports });
    const application = way.find(({ serves }) => serves === 4000);
    const printed = running.get(application?.at ?? '');
    await eventually('it has printed an event', () => /^verified: user\.created \S+@\S+$/m.test(printed?.() ?? ''));
    // The simulated identity provider further down the page goes to it too.
    await eventually('and those of a directory', () => /^verified: user\.updated \S+@\S+$/m.test(printed?.() ?? ''));
  } finally {
    shell.close();
  }
});

/** Inside the repository, so that packages are found as a reader's are: in a folder above, without links. */
function copyOfRepository(): string {
  const folder = mkdtempSync(path.join(ROOT, '.test-build/newcomer-'));
  copies.push(folder);
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const needed = files.split('\n').filter((file) => /^(services|shared)\/|^[^/]+\.(json|cjs)$/.test(file));
  for (const file of needed) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(ROOT, file), path.join(folder, file));
  }
  return folder;
}
