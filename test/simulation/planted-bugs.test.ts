import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MUTATIONS, mutated, type Mutation } from '../faults/mutations.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import type { Found, SearchOptions } from './search.js';

/** What the simulation is worth: each bug is found soon, and told by a history that a person can read. */

const ROOT = join(__dirname, '../..');
const SEED = 1;
/** Within so many histories … */
const RUNS = 300;
/** … of so many steps, most of which have nothing to do with it … */
const STEPS = 12;
/** … and told in so many. */
const TOLD = 6;
const OPTIONS = { seed: SEED, runs: RUNS, steps: STEPS };

type Search = (options: SearchOptions) => Promise<Found | undefined>;

/** The search in a product with the bug. */
async function searchWith(mutation: Mutation): Promise<Search> {
  const place = join(ROOT, mutation.file);
  const copy = join(temporaryFolder(), 'mutated.ts');
  const folder = dirname(place);
  const absolute = mutated(mutation).replace(
    / from '(\.[^']+)\.js'/g,
    (_, path: string) => ` from '${resolve(folder, path)}'`,
  );
  writeFileSync(copy, absolute);
  jest.resetModules();
  jest.doMock(place, () => jest.requireActual(copy));
  const planted = await import('./search.js');
  jest.dontMock(place);
  return planted.search;
}

/** Of those that the fault harness finds in minutes, the dispatcher's. */
test.each(MUTATIONS.filter(({ file }) => file.startsWith('services/dispatcher/')))('found: $name', async (mutation) => {
  const search = await searchWith(mutation);
  const found = await search(OPTIONS);
  expect(found?.faults.length).toBeGreaterThan(0);
  expect(found?.history.steps.length).toBeLessThanOrEqual(TOLD);
  const [, path] = /^npm run simulate -- --seed 1 --path (\d+(?::\d+)*)$/.exec(found?.command ?? '') ?? [];
  expect(path).toBeDefined();
  expect(await search({ ...OPTIONS, path })).toMatchObject({ history: found?.history, faults: found?.faults });
});
