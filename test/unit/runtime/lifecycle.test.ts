import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runUntilStopped } from '../../../shared/runtime/lifecycle.js';

/** A process whose role says `ready` and `aborted`; it stays after the abort when `drains` is false. */
function start(drains: boolean) {
  const program = `
    const { runUntilStopped } = require('./shared/runtime/lifecycle.ts');
    const role = (signal) => new Promise((resolve) => {
      const work = setInterval(() => undefined, 1000);
      signal.addEventListener('abort', () => {
        console.log('aborted');
        if (${drains}) { clearInterval(work); resolve(); }
      });
      console.log('ready');
    });
    runUntilStopped(role).then((code) => { process.exitCode = code; });`;
  return spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s aborts the signal; a role that drains ends with 0', async (name) => {
  const child = start(true);
  const exit = once(child, 'exit');
  let said = '';
  for await (const text of child.stdout) {
    said += String(text);
    if (String(text).includes('ready')) child.kill(name);
  }
  expect(await exit).toEqual([0, null]);
  expect(said).toBe('ready\naborted\n');
});

test('a second signal ends a role that does not drain', async () => {
  const child = start(false);
  const exit = once(child, 'exit');
  for await (const text of child.stdout) {
    if (/ready|aborted/.test(String(text))) child.kill('SIGTERM');
  }
  expect(await exit).toEqual([143, null]);
});

test('a role that ends by itself answers 0 and leaves no signal handler behind', async () => {
  const listeners = (): number => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
  const before = listeners();
  let during = 0;
  expect(await runUntilStopped(async () => void (during = listeners()))).toBe(0);
  expect([during, listeners()]).toEqual([before + 2, before]);
});

test('a role that rejects answers 1 and its error is on standard error', async () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = await runUntilStopped(() => Promise.reject(new Error('the folder is held by another process')));
  const written = write.mock.calls.flat().join('');
  write.mockRestore();
  expect(code).toBe(1);
  expect(written).toContain('the folder is held by another process');
});
