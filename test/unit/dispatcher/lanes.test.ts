import fc from 'fast-check';
import { behindFailing, createLanes, type Ordered } from '../../../services/dispatcher/lanes.js';

interface Item extends Ordered {
  readonly name: string;
}
const item = (offset: number, ...laneKeys: string[]): Item => ({ name: `#${offset}`, offset, seq: offset, laneKeys });
const names = (items: Iterable<Item>): string[] => [...items].map(({ name }) => name);

test('a membership event waits for its group and for each of its members, and holds them up', () => {
  const lanes = createLanes<Item>();
  const [group, user, other, joined, later] = [
    item(1, 'g'),
    item(2, 'u'),
    item(3, 'v'),
    item(4, 'g', 'u'),
    item(5, 'u'),
  ];
  for (const one of [group, user, other, joined, later]) lanes.add(one);
  const free = (): string[] => names([group, user, other, joined, later].filter((one) => lanes.isFree(one)));
  expect(free()).toEqual(['#1', '#2', '#3']);
  for (const one of [group, user, other]) lanes.start(one);
  expect(names(lanes.remove(group))).toEqual(['#4']);
  expect(lanes.isFree(joined)).toBe(false);
  expect(names(lanes.remove(user))).toEqual(['#4']);
  expect(lanes.isFree(joined)).toBe(true);
  lanes.start(joined);
  expect(lanes.isFree(later)).toBe(false);
  expect(names(lanes.stop(joined))).toEqual(['#4']);
  expect(lanes.isFree(later)).toBe(false);
  expect(names(lanes.remove(joined))).toEqual(['#5']);
  expect(lanes.isFree(later)).toBe(true);
});

test('a replayed delivery goes before what waits, and after what is in flight', () => {
  const lanes = createLanes<Item>();
  const [old, inFlight, waiting] = [item(1, 'u'), item(2, 'u'), item(3, 'u')];
  lanes.add(inFlight);
  lanes.add(waiting);
  lanes.start(inFlight);
  lanes.add(old);
  expect([old, waiting].map((one) => lanes.isFree(one))).toEqual([false, false]);
  expect(names(lanes.remove(inFlight))).toEqual(['#1']);
  expect([old, waiting].map((one) => lanes.isFree(one))).toEqual([true, false]);
});

test('whatever happens, an item is free when nothing before it shares a key and nothing in flight does', () => {
  const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 });
  const step = fc.record({
    act: fc.constantFrom('add', 'start', 'stop', 'remove'),
    keys,
    offset: fc.nat(50),
    pick: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const lanes = createLanes<Item>();
      const present: Item[] = [];
      const inFlight = new Set<Item>();
      const share = (a: Item, b: Item): boolean => a !== b && a.laneKeys.some((key) => b.laneKeys.includes(key));
      const isFree = (one: Item): boolean =>
        !present.some((other) => share(one, other) && (inFlight.has(other) || isBefore(other, one)));
      const isBefore = (a: Item, b: Item): boolean =>
        a.offset - b.offset < 0 || (a.offset === b.offset && a.seq < b.seq);
      steps.forEach(({ act, keys: laneKeys, offset, pick }, index) => {
        const chosen = present[pick % present.length];
        let told: Item[] = [];
        const before = new Set(present.filter(isFree));
        if (act === 'add') {
          const added = { name: `#${index}`, offset, seq: index, laneKeys };
          present.push(added);
          lanes.add(added);
          told = [added];
        } else if (chosen !== undefined && act === 'start' && !inFlight.has(chosen) && lanes.isFree(chosen)) {
          inFlight.add(chosen);
          lanes.start(chosen);
        } else if (chosen !== undefined && act === 'stop' && inFlight.delete(chosen)) {
          told = lanes.stop(chosen);
        } else if (chosen !== undefined && act === 'remove') {
          inFlight.delete(chosen);
          present.splice(present.indexOf(chosen), 1);
          told = lanes.remove(chosen);
        }
        for (const one of present) expect(lanes.isFree(one)).toBe(isFree(one));
        // What has become free is told, so that nobody has to look for it.
        const freed = present.filter((one) => isFree(one) && !before.has(one));
        expect(told).toEqual(expect.arrayContaining(freed));
      });
    }),
  );
});

test('behind a failing one is what shares a key with it, or with one that is behind it', () => {
  const items = [item(1, 'u'), item(2, 'u', 'g'), item(3, 'v'), item(4, 'g'), item(5, 'w'), item(0, 'u')];
  expect(names(behindFailing(items, ({ name }) => name === '#1'))).toEqual(['#2', '#4']);
  expect(names(behindFailing(items, () => false))).toEqual([]);
});
