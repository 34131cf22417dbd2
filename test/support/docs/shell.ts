import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { eventually } from '../eventually.js';
import { temporaryFolder } from '../temporary-folder.js';
import { PLACEHOLDER } from './values.js';

/** One shell for the blocks of a page, which see each other's variables, functions and folder, as a reader's do. */
export interface Shell {
  /** Its standard output. Rejects when the command fails, with all that it said. */
  run(command: string): Promise<string>;
  /** Leaves it running until the page ends, once something listens on the port. What it has written so far. */
  serve(command: string, port: number): Promise<() => string>;
  close(): void;
}

/** How long a command may take on a busy machine; a build is the longest. */
const COMMAND_MS = 150_000;

export function openShell(cwd: string, env: Readonly<Record<string, string>>): Shell {
  const scratch = temporaryFolder();
  // A group of its own, which ends with everything that was started in it.
  const bash = spawn('bash', ['--noprofile', '--norc'], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  let count = 0;
  const file = (name: string): string => path.join(scratch, `${count}.${name}`);
  const written = (name: string): string => {
    try {
      return readFileSync(name, 'utf8');
    } catch {
      return '';
    }
  };
  /** `separator`: bash goes on after the command, or at once. */
  const start = (command: string, separator: ';' | '&') => {
    count += 1;
    const [source, out, error, ended] = ['sh', 'out', 'err', 'code'].map(file) as [string, string, string, string];
    writeFileSync(source, command);
    bash.stdin.write(
      `set -o pipefail; { source ${source} </dev/null >${out} 2>${error}; echo $? >${ended}; } ${separator}\n`,
    );
    const said = (): string => `${command}\n${written(out)}${written(error)}`;
    return {
      out: () => written(out),
      /** Once it has ended. */
      code: () => /\d+/.exec(written(ended))?.[0],
      /** Resolves when `look` answers true, or rejects with what the command has said. */
      reaches: (what: string, look: () => boolean | Promise<boolean>) =>
        eventually(what, look, COMMAND_MS).catch((problem: unknown) => {
          throw new Error(`${String(problem)}: ${said()}`);
        }),
    };
  };
  return {
    async run(command) {
      const { out, code, reaches } = start(command, ';');
      await reaches('the command succeeds', () => {
        if (code() !== undefined && code() !== '0') throw new Error(`It ended with ${code()}`);
        return code() === '0';
      });
      return out();
    },
    async serve(command, port) {
      const { out, code, reaches } = start(command, '&');
      await reaches(`something listens on ${port}`, () => {
        if (code() !== undefined) throw new Error(`It ended with ${code()} before it listened on ${port}`);
        return listens(port);
      });
      return out;
    },
    close() {
      if (bash.pid !== undefined) process.kill(-bash.pid, 'SIGKILL');
    },
  };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, 'localhost');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** The commands of a block, each with the lines that it takes: here-documents and quotes may span several. */
export function commandsOf(block: string): string[] {
  const commands: string[] = [];
  let open = '';
  for (const line of block.split('\n')) {
    open += `${line}\n`;
    if (syntaxProblem(open) !== undefined) continue;
    if (!/^\s*(#.*)?$/.test(open)) commands.push(open);
    open = '';
  }
  if (open.trim() !== '') throw new Error(syntaxProblem(open) ?? open);
  return commands;
}

/** What bash says of it without running it, whatever stands for what is not known yet. An open here-document is only a warning to it. */
export function syntaxProblem(page: string): string | undefined {
  const text = page.replaceAll(PLACEHOLDER, '_');
  if (/\\\n$/.test(text)) return 'it goes on';
  const { stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  return stderr === '' ? undefined : stderr;
}

/** A folder of small programs that take the place of others of that name. */
export function commandFolder(commands: Readonly<Record<string, string>>): string {
  const folder = path.join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  Object.entries(commands).forEach(([name, text]) =>
    writeFileSync(path.join(folder, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 }),
  );
  return folder;
}
