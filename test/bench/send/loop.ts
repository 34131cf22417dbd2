import { Agent } from 'undici';
import { createHttpCourier } from '../../../shared/destinations/http/courier.js';
import { collectEarly, keepNurserySmall, letNurseryGrow } from '../../../shared/runtime/heap.js';
import { createSigner } from '../../../shared/webhooks/sign.js';
import { userOf } from '../create.js';

/** Run by itself, which prints a `Rate`: one side of the comparison. */
export interface Task {
  readonly side: 'rollcall' | 'bare';
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

export interface Rate {
  readonly perSecond: number;
  /** Microseconds of processor time of an attempt, of all the process's threads. */
  readonly cpu: number;
  readonly attempts: number;
  readonly failed: number;
  readonly failure: string | null;
}

/** Answers why it failed. */
type Attempt = () => Promise<string | null>;

const EVENT_ID = '019a0000-0000-7000-8000-000000000000';
const BODY = Buffer.from(JSON.stringify(userOf(1)));

/** What the dispatcher does of an attempt, but for the store: sign, pass the guard, post, read the answer, make the record. */
function openRollcall({ url, secret }: Task): Attempt {
  // As the command has it when it serves.
  keepNurserySmall();
  collectEarly();
  letNurseryGrow();
  const courier = createHttpCourier(['127.0.0.0/8'], Date.now);
  const delivery = { id: `${EVENT_ID}.bench`, eventId: EVENT_ID, endpointId: 'bench' };
  const message = { delivery, url, body: BODY, sign: createSigner([secret]) };
  return async () => (await courier.attempt(message)).attempt.error;
}

/** The same bytes, signed once. */
function openBare({ url, secret, connections }: Task): Attempt {
  const agent = new Agent({ pipelining: 1, connections });
  const signed = createSigner([secret])(EVENT_ID, Math.floor(Date.now() / 1000), BODY);
  const headers = { 'content-type': 'application/json', 'user-agent': 'Rollcall/0.1.0', ...signed };
  const { origin, pathname: path } = new URL(url);
  return async () => {
    const { statusCode, body } = await agent.request({ origin, path, method: 'POST', headers, body: BODY });
    await body.dump();
    return statusCode === 204 ? null : `the receiver answered ${statusCode}`;
  };
}

async function main(task: Task): Promise<void> {
  const attempt = { rollcall: openRollcall, bare: openBare }[task.side](task);
  let [attempts, failed] = [0, 0];
  let failure: string | null = null;
  let isOver = false;
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const why = await attempt();
      attempts += 1;
      if (why === null) continue;
      failed += 1;
      failure ??= why;
    }
  };
  const loops = Promise.all(Array.from({ length: task.connections }, loop));
  const during = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await during(task.warmupSeconds);
  const [before, cpu, start] = [attempts, process.cpuUsage(), performance.now()];
  await during(task.seconds);
  const [counted, { user, system }] = [attempts - before, process.cpuUsage(cpu)];
  const perSecond = counted / ((performance.now() - start) / 1000);
  isOver = true;
  await loops;
  const rate: Rate = { perSecond, cpu: (user + system) / counted, attempts, failed, failure };
  process.stdout.write(JSON.stringify(rate), () => process.exit());
}

void main(JSON.parse(process.argv[2] ?? '') as Task);
