import { FAIL_POINTS, type ArmedFailPoint } from '../runtime/fail-point.js';
import type { Environment } from './env.js';

/** Arms a fail point. Of no use to anybody who runs Rollcall, and so in no reference: see docs/reliability.md. */
export const FAIL_POINT = 'ROLLCALL_FAIL_POINT';

const FORM = /^([a-z.-]+):([1-9]\d{0,8})(:stop)?$/;

/** What the variable says; undefined when it is not set. */
export function chosenFailPoint(env: Environment): ArmedFailPoint | undefined {
  const [, name, passage, stop] = FORM.exec(env[FAIL_POINT] ?? '') ?? [];
  const point = FAIL_POINTS.find((known) => known === name);
  return point && { point, passage: Number(passage), signal: stop === undefined ? 'SIGKILL' : 'SIGSTOP' };
}

/** Why a role does not start with it. */
export function failPointProblems(present: Environment): string[] {
  const chosen = present[FAIL_POINT];
  if (chosen === undefined) return [];
  if (present['ROLLCALL_PRODUCTION'] === 'true') {
    return [`${FAIL_POINT}: it makes the process kill itself, in production; unset it`];
  }
  if (chosenFailPoint(present) !== undefined) return [];
  return [
    `${FAIL_POINT}: ${JSON.stringify(chosen)} is not allowed; it must be a fail point, a passage and, to stop there, :stop, for example ${FAIL_POINT}=${FAIL_POINTS[0]}:1; there are ${FAIL_POINTS.join(', ')}`,
  ];
}
