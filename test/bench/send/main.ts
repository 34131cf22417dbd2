import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { verify } from '../../../shared/consumer/verify.js';
import { createSecret } from '../../../shared/webhooks/sign.js';
import { machine, median, renderMachine } from '../report.js';
import type { Rate, Task } from './loop.js';
import type { Received } from './receiver.js';

export interface SendPlan {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly repetitions: number;
  readonly connections: number;
}

const SIDES = ['rollcall', 'bare'] as const;
type Side = (typeof SIDES)[number];

/** Run by itself, from JavaScript as it is shipped. Arguments: the plan, and a file for the figures. */
async function main(plan: SendPlan, json: string | undefined): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const { seconds, warmupSeconds, repetitions, connections } = plan;
  const receiver = fork(join(__dirname, 'receiver.js'));
  const [port] = (await once(receiver, 'message')) as [number];
  const secret = createSecret();
  const url = `http://127.0.0.1:${port}/webhooks`;
  say(`Signed attempts of 1 KB through the sender alone. ${renderMachine()}`);
  say(
    `${connections} at once, ${repetitions} × ${seconds} s each in turn, after ${warmupSeconds} s; one process each.\n`,
  );
  say('| | Rollcall/s | µs of CPU | Bare undici/s | µs of CPU | Ratio |');
  say('| ---: | ---: | ---: | ---: | ---: | ---: |');
  const found: Record<Side, Rate[]> = { rollcall: [], bare: [] };
  for (let number = 1; number <= repetitions; number += 1) {
    for (const side of SIDES) {
      const before = await ask(receiver);
      const rate = await run({ side, url, secret, connections, seconds, warmupSeconds });
      const after = await ask(receiver);
      if (after.count - before.count < rate.attempts - rate.failed)
        throw new Error('more was counted than was received');
      await requireSigned(after.last, secret);
      found[side].push(rate);
    }
    say(row(String(number), found.rollcall.slice(-1), found.bare.slice(-1)));
  }
  say(row('median', found.rollcall, found.bare));
  for (const side of SIDES) {
    const rates = found[side].map(({ perSecond }) => Math.round(perSecond));
    say(`${side}: ${Math.min(...rates)} to ${Math.max(...rates)} per second.`);
  }
  const all = SIDES.flatMap((side) => found[side]);
  const failed = all.reduce((sum, rate) => sum + rate.failed, 0);
  if (failed > 0)
    say(`${failed} attempts failed, the first with: ${all.find((rate) => rate.failed > 0)?.failure ?? ''}`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ plan, machine: machine(), found }, null, 2)}\n`);
  receiver.disconnect();
  if (failed > 0) process.exitCode = 1;
}

async function run(task: Task): Promise<Rate> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'loop.js'), JSON.stringify(task)]);
  return JSON.parse(stdout) as Rate;
}

async function ask(receiver: ReturnType<typeof fork>): Promise<Received> {
  receiver.send('what has come');
  const [received] = (await once(receiver, 'message')) as [Received];
  return received;
}

/** What came is what a receiver believes: as signed as it is in earnest. */
async function requireSigned(request: string, secret: string): Promise<void> {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const lines = head.split('\r\n').slice(1);
  const headers = Object.fromEntries(
    lines.map((line) => line.split(': ', 2)).map(([name = '', value]) => [name, value]),
  );
  await verify(body, headers, secret);
}

function row(name: string, rollcall: readonly Rate[], bare: readonly Rate[]): string {
  const rateOf = (rates: readonly Rate[]): number => median(rates.map(({ perSecond }) => perSecond));
  const cells = [rollcall, bare].flatMap((rates) => [
    Math.round(rateOf(rates)).toLocaleString('en-US'),
    median(rates.map(({ cpu }) => cpu)).toFixed(0),
  ]);
  return `| ${[name, ...cells, (rateOf(rollcall) / rateOf(bare)).toFixed(2)].join(' | ')} |`;
}

const [plan = '', json] = process.argv.slice(2);
void main(JSON.parse(plan) as SendPlan, json);
