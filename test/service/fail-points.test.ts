import { KEPT, setStage } from '../support/provisioning.js';
import { freePort } from '../support/free-port.js';
import type { FailPoint } from '../../shared/runtime/fail-point.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A standalone process ends at a point that it passes, and the next one, which nobody tries to break, makes good for it. */

const ADMIN_KEY = 'a-key-for-tests';
/** The others: `npm run faults`. */
const POINTS: readonly FailPoint[] = ['commit.written', 'fan-out.written', 'attempt.answered'];

test.each(POINTS)('at %s it is killed, says so, and nothing is lost', async (point) => {
  const port = String(await freePort());
  const env = {
    ROLLCALL_PORT: port,
    ROLLCALL_DATA_DIR: temporaryFolder(),
    ROLLCALL_ADMIN_KEY: ADMIN_KEY,
    ROLLCALL_LOG_LEVEL: 'error',
  };
  const first = startRollcall(['standalone'], { ...env, ROLLCALL_FAIL_POINT: `${point}:2` });
  await first.saw(/Rollcall is at/);
  const second = first.exited.then(() => startRollcall(['standalone'], env));
  const stage = await setStage(`http://localhost:${port}`, ADMIN_KEY, 'okta');
  const run = await stage.play({ provider: 'okta', seed: 1, users: 6, groups: 2, tries: 30 });
  expect(await first.exited).toBeNull();
  expect(first.stderr()).toBe(`rollcall: fail point ${point}, passage 2: SIGKILL\n`);
  expect(run.failures).toEqual([]);
  expect(await stage.report(run, 60_000)).toMatchObject(KEPT);
  await stage.receiver.close();
  expect(await (await second).kill('SIGTERM')).toBe(0);
});
