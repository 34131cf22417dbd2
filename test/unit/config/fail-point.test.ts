import { loadConfig } from '../../../shared/config/config.js';
import { chosenFailPoint } from '../../../shared/config/fail-point.js';
import { FAIL_POINTS } from '../../../shared/runtime/fail-point.js';

const problems = (value: string, more: Readonly<Record<string, string>> = {}): readonly string[] => {
  const loaded = loadConfig('standalone', { ROLLCALL_FAIL_POINT: value, ...more });
  return 'problems' in loaded ? loaded.problems : [];
};

test.each(FAIL_POINTS)('%s can be chosen, to end there or to stand still', (point) => {
  expect(problems(`${point}:3`)).toEqual([]);
  expect(chosenFailPoint({ ROLLCALL_FAIL_POINT: `${point}:3` })).toEqual({ point, passage: 3, signal: 'SIGKILL' });
  expect(chosenFailPoint({ ROLLCALL_FAIL_POINT: `${point}:1:stop` })?.signal).toBe('SIGSTOP');
});

test('nothing is armed unless it is asked for', () => {
  expect(chosenFailPoint({})).toBeUndefined();
  expect(problems('')).toEqual([]);
});

test.each(['commit.done', 'commit.done:0', 'commit.undone:1', 'commit.done:1:pause'])('%s is refused', (value) => {
  expect(problems(value)).toEqual([expect.stringMatching(/^ROLLCALL_FAIL_POINT: .*must be a fail point/)]);
});

test('production refuses all of them', () => {
  const refused = problems('commit.done:1', { ROLLCALL_PRODUCTION: 'true' });
  expect(refused).toContainEqual(expect.stringMatching(/^ROLLCALL_FAIL_POINT: .*in production; unset it$/));
});
