import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Threat: what comes from others does harm, or may not be used. */

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const own = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;

interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');
const production = locked.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);

const PERMISSIVE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense'];

test('every dependency of production has a line that says why it is there, and no line is of none', () => {
  const table = read('docs/dependencies.md').match(/^\| [@a-z].*$/gm) ?? [];
  const named = table.flatMap((line) => line.split(' | ')[0]?.slice(2).split(', ') ?? []);
  expect(named.sort()).toEqual(Object.keys(own.dependencies).sort());
});

test('every version is exact, and what was locked is what comes', () => {
  const versions = Object.values({ ...own.dependencies, ...own.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('every licence in production is permissive', () => {
  const wrong = production.filter(([, { license }]) => license === undefined || !PERMISSIVE.includes(license));
  expect(wrong.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

test('no script runs when production is installed, but to build where there is no binary, and there are few packages', () => {
  const withScript = production.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  expect(withScript.map(([path]) => path)).toEqual(['node_modules/@photostructure/sqlite']);
  expect(production.length).toBeGreaterThan(50);
  expect(production.length).toBeLessThanOrEqual(130);
});
