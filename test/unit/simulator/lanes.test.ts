import fc from 'fast-check';
import { runInLanes } from '../../../services/simulator/lanes.js';

const items = fc.array(fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd'), { maxLength: 3 }), {
  maxLength: 30,
});

test('items that share a key never overlap and keep their order; there are never more at once than lanes; none is left out', async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 1, max: 5 }), fc.scheduler(), async (keys, lanes, scheduler) => {
      const running = new Set<number>();
      const done: number[] = [];
      const all = keys.map((_, index) => index);
      const run = runInLanes(
        all,
        (item) => keys[item] ?? [],
        lanes,
        async (item) => {
          const rivals = [...running].filter((other) => keys[other]?.some((key) => keys[item]?.includes(key)));
          expect(rivals).toEqual([]);
          running.add(item);
          expect(running.size).toBeLessThanOrEqual(lanes);
          await scheduler.schedule(Promise.resolve(), `item ${item}`);
          running.delete(item);
          done.push(item);
        },
      );
      await scheduler.waitFor(run);
      expect([...done].sort((one, other) => one - other)).toEqual(all);
      for (const key of ['a', 'b', 'c', 'd']) {
        const ofKey = done.filter((item) => keys[item]?.includes(key));
        expect(ofKey).toEqual([...ofKey].sort((one, other) => one - other));
      }
    }),
  );
});

test('one lane is the plain order', async () => {
  const done: number[] = [];
  await runInLanes(
    [1, 2, 3, 4],
    (item) => [item < 3 ? 'x' : 'y'],
    1,
    async (item) => void done.push(item),
  );
  expect(done).toEqual([1, 2, 3, 4]);
});

test('the first error ends the run, after what is under way has ended', async () => {
  const ended: number[] = [];
  const run = runInLanes(
    [1, 2, 3],
    () => [],
    2,
    async (item) => {
      await new Promise(setImmediate);
      ended.push(item);
      if (item === 1) throw new Error('broken');
    },
  );
  await expect(run).rejects.toThrow('broken');
  expect(ended).toEqual([1, 2]);
});
