import { parseSchedule, RETRY_SCHEDULE } from '../../../shared/webhooks/schedule.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

test('the default schedule is the documented one', () => {
  const hours = [2, 5, 10, 14, 20, 24].map((count) => count * HOUR);
  expect(parseSchedule(RETRY_SCHEDULE)).toEqual([0, 5_000, 5 * MINUTE, 30 * MINUTE, ...hours]);
});

test.each<[string, number[] | undefined]>([
  ['0s', [0]],
  ['0s, 90s ,2m,3h,7d', [0, 90_000, 2 * MINUTE, 3 * HOUR, 7 * DAY]],
  ['0m,1d', [0, DAY]],
  ['', undefined],
  ['5s', undefined],
  ['0s,', undefined],
  ['0s,5', undefined],
  ['0s,-5s', undefined],
  ['0s,1.5h', undefined],
  ['0s,5 s', undefined],
  ['0s,1w', undefined],
  ['0s,8d', undefined],
  ['0s,constructor', undefined],
  [`0s${',1s'.repeat(50)}`, undefined],
])('%j', (text, expected) => {
  expect(parseSchedule(text)).toEqual(expected);
});
