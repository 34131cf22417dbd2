import fc from 'fast-check';
import { offsetOf } from '../../../shared/event-log/in-process/offset.js';

const cursors = fc.record({
  position: fc.integer({ min: 0, max: 100_000_000_000 }),
  index: fc.integer({ min: 0, max: 65_535 }),
});

test('offsets are in the order of places, each of another place', () => {
  fc.assert(
    fc.property(cursors, cursors, (a, b) => {
      const order = a.position === b.position ? a.index - b.index : a.position - b.position;
      expect(Math.sign(offsetOf(a) - offsetOf(b))).toBe(Math.sign(order));
    }),
  );
});

test('more events of a commit than an offset has room for are refused, not taken for those of the next', () => {
  expect(() => offsetOf({ position: 7, index: 65_536 })).toThrow(/position 7: .*65535 events/);
});
