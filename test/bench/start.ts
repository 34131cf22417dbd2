import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { request } from 'undici';
import { userOf } from './create.js';
import { renderRow, renderSpread, spreadOf } from './in-turn.js';
import { cpuOf, memoryOf } from './process-use.js';
import { machine, renderMachine } from './report.js';
import { inLanes, newDirectory, openScim } from './scim.js';
import { folderNamed, ROOT, startNode, startRollcall } from './servers.js';

export interface StartPlan {
  readonly repetitions: number;
  /** Of a folder that is there before. */
  readonly users: number;
  /** After its start a process is left alone for so long, before it is looked at; and then looked at for as long. */
  readonly idleSeconds: number;
}

/** What it takes to be there: nothing but Node's own server, Rollcall in an empty folder, and in one that has users. */
const SUBJECTS = ['bare', 'fresh', 'existing'] as const;
type Subject = (typeof SUBJECTS)[number];

interface Started {
  /** From the spawn to the first answer, a 2xx. */
  readonly ms: number;
  /** Processor time until then, in milliseconds; it does not count what others do on the machine. In steps of 10. */
  readonly cpuMs: number;
}

const BARE = `const server = require('node:http').createServer((req, res) => res.end('hello'));
server.listen(0, '127.0.0.1', () => console.log('http://localhost:' + server.address().port));`;
const LARGEST = 10;
const MEBIBYTE = 1024 ** 2;

/**
 * How long the built standalone on SQLite takes to its first answer, beside a bare node:http server; what it uses when nothing is asked of
 * it; and how large the dependencies are that it is installed with. Linux only: read from /proc.
 */
export async function measureStart(
  plan: StartPlan,
  say: (text: string) => void,
  json: string | undefined,
): Promise<void> {
  const folder = mkdtempSync(folderNamed('bench-start-'));
  try {
    await fill(folder, plan.users);
    say(`Start and rest. ${renderMachine()} ${plan.repetitions} of each in turn, after one.\n`);
    const starts = await measureStarts(plan.repetitions, folder);
    say('| | First answer after, ms | CPU until then, ms |');
    say('| --- | ---: | ---: |');
    for (const subject of SUBJECTS) {
      const cellOf = (of: keyof Started): string => renderSpread(spreadOf(starts[subject].map((one) => one[of])), 0);
      say(renderRow(subject, cellOf('ms'), cellOf('cpuMs')));
    }
    const idle = await measureIdle(plan.idleSeconds, folder);
    say(
      `\nIdle for ${plan.idleSeconds} s: ${idle.residentMiB.toFixed(0)} MiB resident; over ${plan.idleSeconds} s more ${(idle.cpu * 100).toFixed(2)} % of a core.`,
    );
    const dependencies = await sizesOfDependencies();
    const mebibytes = dependencies.reduce((sum, one) => sum + one.mebibytes, 0);
    say(`\nProduction dependencies: ${dependencies.length} packages, ${mebibytes.toFixed(1)} MiB. The largest:`);
    for (const one of dependencies.slice(0, LARGEST)) say(`- ${one.name}: ${one.mebibytes.toFixed(1)} MiB`);
    const figures = { plan, machine: machine(), starts, idle, dependencies };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(folder: string, users: number): Promise<void> {
  const rollcall = await startRollcall(folder);
  try {
    const scim = openScim(rollcall.port, await newDirectory(rollcall.management), 1);
    await inLanes(users, 1, async (number) => {
      await scim.send('POST', '/Users', userOf(number));
    });
    await scim.close();
  } finally {
    await rollcall.stop();
  }
}

async function measureStarts(repetitions: number, folder: string): Promise<Record<Subject, Started[]>> {
  const started = async (subject: Subject): Promise<Started> => {
    const start = performance.now();
    const server = await (subject === 'bare'
      ? startNode(['-e', BARE], { NODE_ENV: 'production' })
      : startRollcall(subject === 'existing' ? folder : undefined));
    try {
      const { statusCode, body } = await request(`http://127.0.0.1:${server.port}/readyz`);
      await body.dump();
      if (statusCode !== 200) throw new Error(`the first answer is a ${statusCode}`);
      return { ms: performance.now() - start, cpuMs: cpuOf(server.pid) * 1000 };
    } finally {
      await server.stop();
    }
  };
  const found: Record<Subject, Started[]> = { bare: [], fresh: [], existing: [] };
  for (const subject of SUBJECTS) await started(subject); // the files are in memory from then on
  for (let number = 1; number <= repetitions; number += 1) {
    for (const subject of SUBJECTS) found[subject].push(await started(subject));
  }
  return found;
}

async function measureIdle(seconds: number, folder: string): Promise<{ residentMiB: number; cpu: number }> {
  const rollcall = await startRollcall(folder);
  try {
    const { pid } = rollcall;
    await pause(seconds * 1000);
    const residentMiB = memoryOf(pid);
    const [before, start] = [cpuOf(pid), performance.now()];
    await pause(seconds * 1000);
    return { residentMiB, cpu: (cpuOf(pid) - before) / ((performance.now() - start) / 1000) };
  } finally {
    await rollcall.stop();
  }
}

/** Of what `npm ci --omit=dev` installs, as it lies in node_modules; the largest first. */
async function sizesOfDependencies(): Promise<{ name: string; mebibytes: number }[]> {
  const { stdout } = await promisify(execFile)('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: ROOT });
  const folders = stdout.trim().split('\n').slice(1); // the first is the package itself
  return folders
    .map((folder) => ({ name: relative(join(ROOT, 'node_modules'), folder), mebibytes: bytesOf(folder) / MEBIBYTE }))
    .sort((one, other) => other.mebibytes - one.mebibytes);
}

/** Without the packages that lie inside, which are listed themselves. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => (entry.isDirectory() ? bytesOf(join(folder, entry.name)) : statSync(join(folder, entry.name)).size))
    .reduce((sum, bytes) => sum + bytes, 0);
}
