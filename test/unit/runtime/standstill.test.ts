import { watchStandstill } from '../../../shared/runtime/standstill.js';

const MINUTE_MS = 60_000;

/** A watch over two clocks in the test's hands, and the standstills that it has told. */
function watch() {
  const clock = { wall: 1_000_000, process: 0 };
  const told: number[] = [];
  const watching = watchStandstill(MINUTE_MS, (ms) => told.push(ms), [() => clock.wall, () => clock.process]);
  watching.stop(); // only the test looks
  return { clock, told, look: () => watching.look() };
}

test('a minute in which nothing ran is told once, and less is not', () => {
  const { clock, told, look } = watch();
  clock.process += MINUTE_MS - 1;
  look();
  clock.process += MINUTE_MS - 1;
  look();
  expect(told).toEqual([]);
  clock.process += MINUTE_MS;
  look();
  look();
  expect(told).toEqual([MINUTE_MS]);
});

test('a machine that slept has stood still, though the clock of the process slept too', () => {
  const { clock, told, look } = watch();
  clock.wall += 2 * MINUTE_MS;
  look();
  expect(told).toEqual([2 * MINUTE_MS]);
});

test('a clock that is put back is no standstill, and hides none', () => {
  const { clock, told, look } = watch();
  clock.wall -= 10 * MINUTE_MS;
  look();
  expect(told).toEqual([]);
  clock.wall -= MINUTE_MS;
  clock.process += MINUTE_MS;
  look();
  expect(told).toEqual([MINUTE_MS]);
});
