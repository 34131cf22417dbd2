import fc from 'fast-check';
import { histories } from './history.js';
import { search } from './search.js';
import { simulate } from './simulate.js';

/** A short run of `npm run simulate`. */

const SEED = 1;

test('whatever happens to a process, its store and its receivers, the promise is kept', async () => {
  const found = await search({ seed: SEED, runs: 60 });
  expect(found).toBeUndefined();
});

test('a history is played the same way each time', async () => {
  const traceOf = async (history: Parameters<typeof simulate>[0]): Promise<readonly string[]> => {
    const lines: string[] = [];
    await simulate(history, { trace: (line) => lines.push(line) });
    return lines;
  };
  for (const history of fc.sample(histories(16), { seed: SEED, numRuns: 5 })) {
    const lines = await traceOf(history);
    expect(lines.length).toBeGreaterThan(10);
    expect(await traceOf(history)).toEqual(lines);
  }
});
