import { spawn, type ChildProcess } from 'node:child_process';
import { atEnd } from './at-end.js';
import { eventually } from './eventually.js';

/** How long a process may take to start on a busy machine. */
const START_MS = 60_000;

/** A process that a test has started. */
export interface TestProcess {
  readonly pid: number;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The first match of `pattern` on standard output; fails with everything written when the process ends before. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** What `look` finds once it is there; fails as `saw` does. */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
  /** Its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Resolves when it has ended. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();
// Whatever a failing test leaves behind ends with it.
atEnd(() => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a command with an environment of its own: nothing is inherited but the path. */
export function startProcess(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): TestProcess {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`The process ${command} did not start.`);
  const until = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
    eventually(
      what,
      async () => {
        const seen = await look();
        if (seen === undefined && !running.has(child)) throw new Error(`The process ended:\n${stdout}\n${stderr}`);
        return seen;
      },
      START_MS,
    );
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    until,
    saw: (pattern) =>
      until(`${command} ${args.join(' ')} writes ${String(pattern)}`, async () => pattern.exec(stdout) ?? undefined),
    exited,
    async kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
