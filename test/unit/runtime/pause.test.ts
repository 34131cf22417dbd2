import fc from 'fast-check';
import { pauseAfter } from '../../../shared/runtime/pause.js';

test('a pause doubles with each try in a row, up to the longest', () => {
  const backOff = { firstMs: 5, longestMs: 60 };
  expect([1, 2, 3, 4, 5, 6].map((inARow) => pauseAfter(backOff, inARow))).toEqual([5, 10, 20, 40, 60, 60]);
});

test('however many tries there were, a pause is one that a timer can take', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (inARow) => {
      const pause = pauseAfter({ firstMs: 100, longestMs: 5000 }, inARow);
      return pause >= 100 && pause <= 5000;
    }),
  );
});
