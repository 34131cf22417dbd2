import fc from 'fast-check';
import { createTurns } from '../../../services/dispatcher/turns.js';

const always = (): boolean => true;

test('endpoints take turns, each in its own order', () => {
  const turns = createTurns<string>({ perEndpoint: 32, total: 256 });
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) turns.add(item.slice(0, 1), item);
  const taken = Array.from({ length: 7 }, () => turns.take(always));
  expect(taken).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', undefined]);
});

test('an endpoint gets twice as many at once with each answer, and half as many with each silence', () => {
  const turns = createTurns<number>({ perEndpoint: 32, total: 256 });
  for (let item = 0; item < 1000; item += 1) turns.add('a', item);
  const takeAll = (): number => {
    let count = 0;
    while (turns.take(always) !== undefined) count += 1;
    return count;
  };
  expect(takeAll()).toBe(4);
  turns.done('a', true); // 8 at once
  expect(takeAll()).toBe(5);
  turns.done('a', true);
  turns.done('a', true); // 32
  expect(takeAll()).toBe(26);
  turns.done('a', true);
  expect(takeAll()).toBe(1);
  for (let flight = 0; flight < 32; flight += 1) turns.done('a', false);
  expect(takeAll()).toBe(1);
});

test('an endpoint that may not start is passed over until it is asked about again', () => {
  const turns = createTurns<string>({ perEndpoint: 32, total: 256 });
  turns.add('a', 'a1');
  turns.add('b', 'b1');
  expect([turns.take((id) => id === 'b'), turns.take(always)]).toEqual(['b1', undefined]);
  turns.recheck();
  expect(turns.take(always)).toBe('a1');
});

test('for any course of events the limits hold, and everything gets its turn', () => {
  const step = fc.record({
    act: fc.constantFrom('add', 'take', 'done'),
    endpoint: fc.nat(4),
    heard: fc.constantFrom(true, false, undefined),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const turns = createTurns<{ endpoint: string }>({ perEndpoint: 5, total: 12 });
      const flying: { endpoint: string }[] = [];
      let [added, taken] = [0, 0];
      const take = (): boolean => {
        const item = turns.take(always);
        if (item === undefined) return false;
        flying.push(item);
        taken += 1;
        expect(flying.length).toBeLessThanOrEqual(12);
        expect(flying.filter(({ endpoint }) => endpoint === item.endpoint).length).toBeLessThanOrEqual(5);
        return true;
      };
      const done = (index: number, heard: boolean | undefined): void => {
        for (const { endpoint } of flying.splice(index, 1)) turns.done(endpoint, heard);
      };
      for (const { act, endpoint, heard } of steps) {
        if (act === 'add') {
          turns.add(`${endpoint}`, { endpoint: `${endpoint}` });
          added += 1;
        } else if (act === 'take') take();
        else done(endpoint % Math.max(flying.length, 1), heard);
      }
      while (take() || flying.length > 0) if (flying.length > 0) done(0, false);
      expect(taken).toBe(added);
    }),
  );
});
