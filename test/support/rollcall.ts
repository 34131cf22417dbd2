import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.js';

const ENTRY = join(__dirname, '../../services/cli/main.ts');
/** How long a process may take to start from its sources on a busy machine. */
const START_MS = 60_000;

/** A `rollcall` command as a process of its own. */
export interface RollcallProcess {
  readonly pid: number;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The first match of `pattern` on standard output; fails with everything written when the process ends before. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();
// Whatever a failing test leaves behind ends with the test file.
afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

/** Starts `rollcall <args>` from its sources with an environment of its own: nothing is inherited but the path. */
export function startRollcall(args: readonly string[], env: Readonly<Record<string, string>> = {}): RollcallProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, ...args], {
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
  if (pid === undefined) throw new Error('The process did not start.');
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    saw: (pattern) =>
      eventually(
        `rollcall ${args.join(' ')} writes ${String(pattern)}`,
        () => {
          const match = pattern.exec(stdout);
          if (match === null && !running.has(child)) throw new Error(`The process ended:\n${stdout}\n${stderr}`);
          return match ?? undefined;
        },
        START_MS,
      ),
    exited,
    async kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** The port that a role says it listens on. */
export async function portOf(role: RollcallProcess): Promise<number> {
  const [, port] = await role.saw(/"port":(\d+)/);
  return Number(port);
}
