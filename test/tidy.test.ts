import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The dependency rules of ARCHITECTURE.md, as tests: a violation names the file and what it may not import. */

const root = join(__dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /^(services|shared|test)\/.*\.tsx?$/.test(file));

interface Import {
  readonly from: string;
  /** A path from the root for a relative import, else the package's name. */
  readonly to: string;
  readonly isTypeOnly: boolean;
}

const imports: readonly Import[] = tracked.flatMap((from) => {
  let source: string;
  try {
    source = readFileSync(join(root, from), 'utf8');
  } catch {
    return []; // listed by git, deleted in the work tree
  }
  const statements = source.matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...statements].map((match) => {
    const specifier = match[2] ?? match[3] ?? match[4] ?? '';
    const to = specifier.startsWith('.')
      ? normalize(join(dirname(from), specifier))
      : specifier.replace(/^(@[^/]+\/[^/]+|[^/]+).*$/, '$1');
    return { from, to, isTypeOnly: match[1] !== undefined };
  });
});

const isMain = (file: string): boolean => /(^|\/)main\.[jt]s$/.test(file);
const product = imports.filter(({ from }) => !from.startsWith('test/'));
const show = ({ from, to }: Import): string => `${from} imports ${to}`;
const inside = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

test('there is something to check', () => {
  expect(imports.length).toBeGreaterThan(100);
});

describe('the pure folders do no I/O', () => {
  const pure = ['shared/scim', 'shared/directory', 'shared/events', 'shared/webhooks'];
  // What of shared/runtime is as pure.
  const allowed = [...pure, 'shared/runtime/address-ranges.js', 'node:crypto', 'ipaddr.js', 'zod'];
  test.each(pure)('%s imports pure folders only', (folder) => {
    const wrong = product
      .filter(({ from }) => inside(folder)(from))
      .filter(({ to }) => !allowed.some((one) => to === one || inside(one)(to)));
    expect(wrong.map(show)).toEqual([]);
  });
  test('shared/scim knows nothing of the rest', () => {
    const wrong = product.filter(({ from, to }) => inside('shared/scim')(from) && !inside('shared/scim')(to));
    expect(wrong.map(show)).toEqual([]);
  });
  test('shared/consumer is for host applications, and needs nothing but itself', () => {
    const wrong = product.filter(({ from, to }) => inside('shared/consumer')(from) && !inside('shared/consumer')(to));
    expect(wrong.map(show)).toEqual([]);
  });
  test('none of them reads the clock, the environment or chance', () => {
    const wrong = tracked
      .filter((file) => pure.some((folder) => inside(folder)(file)))
      .filter((file) =>
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bsetTimeout\(/.test(
          readFileSync(join(root, file), 'utf8'),
        ),
      );
    expect(wrong).toEqual([]);
  });
});

describe('adapters are reached only through their ports', () => {
  const adapters = [
    'shared/store/sqlite',
    'shared/store/mongo',
    'shared/event-log/in-process',
    'shared/event-log/kafka',
    'shared/destinations/http',
  ];
  test.each(adapters)('only main.ts files import %s', (adapter) => {
    const wrong = product.filter(({ from, to }) => inside(adapter)(to) && !inside(adapter)(from) && !isMain(from));
    expect(wrong.map(show)).toEqual([]);
  });
  test.each([
    ['mongoose', 'shared/store/mongo'],
    ['kafkajs', 'shared/event-log/kafka'],
    ['@photostructure/sqlite', 'shared/store/sqlite'],
    ['express', 'services'],
    ['helmet', 'services'],
    ['svix', 'services/cli'],
  ])('%s is imported in %s alone', (name, folder) => {
    const users = product.filter(({ to }) => to === name);
    expect(users.filter(({ from }) => !inside(folder)(from)).map(show)).toEqual([]);
    expect(users.length).toBeGreaterThan(0);
  });
});

test('services never import services, but for standalone and the command, which start them', () => {
  const serviceOf = (path: string): string => /^services\/([^/]+)\//.exec(path)?.[1] ?? '';
  const wrong = product.filter(
    ({ from, to }) =>
      inside('services')(from) &&
      inside('services')(to) &&
      serviceOf(from) !== serviceOf(to) &&
      !(serviceOf(from) === 'standalone' && isMain(from)) &&
      serviceOf(from) !== 'cli',
  );
  expect(wrong.map(show)).toEqual([]);
});

test('shared never imports services, and nothing imports test', () => {
  const wrong = product.filter(
    ({ from, to }) => (inside('shared')(from) && inside('services')(to)) || inside('test')(to),
  );
  expect(wrong.map(show)).toEqual([]);
});

test('the environment is read in one file', () => {
  const readers = tracked.filter(
    (file) => !file.startsWith('test/') && readFileSync(join(root, file), 'utf8').includes('process.env'),
  );
  expect(readers).toEqual(['shared/config/env.ts']);
});

test('resources are written by commits alone: the store port has no other write', () => {
  const port = readFileSync(join(root, 'shared/store/port.ts'), 'utf8');
  const reader = /export interface ResourceReader \{[^}]*\}/s.exec(port)?.[0] ?? '';
  expect([...reader.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1])).toEqual([
    'get',
    'getStored',
    'listStored',
    'getMany',
    'list',
    'search',
    'membersOf',
    'groupsOf',
    'endedWith',
  ]);
});

test('no process formats by locale: it would keep 5 MiB of tables in memory for it', () => {
  const wrong = tracked
    .filter((file) => !file.startsWith('test/') && !file.startsWith('services/admin/web/'))
    .filter((file) => /\.toLocale|\bIntl\./.test(readFileSync(join(root, file), 'utf8')));
  expect(wrong).toEqual([]);
});

test('folders are named for what is in them', () => {
  const wrong = tracked.filter((file) => /(^|\/)(utils?|helpers?|common|managers?|misc)(\/|\.ts)/i.test(file));
  expect(wrong).toEqual([]);
});

test('the lockfile names no host', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
});
