import { duration } from '../../../services/admin/web/ui/duration.js';

test.each([
  [0, '<1 ms'],
  [3.6, '4 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1_234, '1.2 s'],
  [9_940, '9.9 s'],
  [10_400, '10 s'],
  [12_900, '12 s'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [273_600_000, '3 d 4 h'],
])('%d ms is told as %s', (ms, told) => {
  expect(duration(ms)).toBe(told);
});
