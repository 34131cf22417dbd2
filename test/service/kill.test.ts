import { startStandalone } from '../support/standalone.js';
import { KEPT, setStage } from '../support/provisioning.js';

/** The process is killed in the middle of a provider's run, and started again on the same folder and port. */

const KILL_AFTER_WRITES = [30, 70, 110];

test('after kill -9 and a restart, every change that got a 2xx is delivered, in order and without a gap', async () => {
  const standalone = await startStandalone();
  const { url, adminKey } = standalone;
  const stage = await setStage(url, adminKey, 'okta');

  const planned = [...KILL_AFTER_WRITES];
  let writes = 0;
  let restart: Promise<void> = Promise.resolve();
  const killAndRestart = async (): Promise<void> => {
    expect(await standalone.kill('SIGKILL')).toBeNull();
    await standalone.start();
  };
  const run = await stage.play({
    provider: 'okta',
    seed: 11,
    users: 60,
    groups: 6,
    concurrency: 8,
    tries: 12,
    onRequest: ({ acknowledged }) => {
      if (acknowledged === null) return;
      writes += 1;
      const [next] = planned;
      if (next === undefined || writes < next) return;
      planned.shift();
      restart = restart.then(killAndRestart);
    },
  });
  await restart;
  expect(planned).toEqual([]);
  expect(run.failures).toEqual([]);
  expect(await stage.report(run, 60_000)).toMatchObject(KEPT);
  await stage.receiver.close();
  expect(await standalone.kill('SIGTERM')).toBe(0);
}, 150_000);
