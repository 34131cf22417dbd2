import { openConnection, type Connection } from '../connection.js';
import { requests } from '../create.js';
import { now, type Create } from './moments.js';

/** Creates users, directory by directory in turn: a process of its own that does one job after the other. */
export interface CreatorJob {
  readonly port: number;
  readonly directories: readonly { readonly path: string; readonly token: string }[];
  readonly connections: number;
  readonly seconds: number;
  /** By a schedule that waits for no answer; null: the next as soon as a connection is free. */
  readonly perSecond: number | null;
}

export interface Created {
  readonly creates: readonly Create[];
  readonly failed: number;
  readonly failure: string | null;
}

/** Never the same twice, so that names do not repeat. */
let number = 0;

async function run({ port, directories, connections, seconds, perSecond }: CreatorJob): Promise<Created> {
  const makers = directories.map((directory) => requests(directory));
  const all = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  const creates: Create[] = [];
  const failures: string[] = [];
  const create = async (connection: Connection, sentAt: number): Promise<void> => {
    const own = (number += 1);
    const { status, excerpt } = await connection.send(makers[own % makers.length]?.(own) ?? '');
    if (status === 201) creates.push({ number: own, sentAt, answeredAt: now() });
    else failures.push(`${status} ${excerpt}`);
  };
  const end = now() + seconds * 1000;
  if (perSecond === null) {
    const untilEnd = async (connection: Connection): Promise<void> => {
      for (let at = now(); at < end; at = now()) await create(connection, at);
    };
    await Promise.all(all.map(untilEnd));
  } else {
    await onSchedule(all, 1000 / perSecond, end, create);
  }
  all.forEach((connection) => connection.close());
  return { creates, failed: failures.length, failure: failures[0] ?? null };
}

/** What is due while all connections are busy waits for the first that is free, and its time counts. */
async function onSchedule(
  idle: readonly Connection[],
  everyMs: number,
  end: number,
  create: (connection: Connection, sentAt: number) => Promise<void>,
): Promise<void> {
  const free = [...idle];
  const waiting: number[] = [];
  const running = new Set<Promise<void>>();
  const use = async (connection: Connection, sentAt: number): Promise<void> => {
    for (let next: number | undefined = sentAt; next !== undefined; next = waiting.shift()) {
      await create(connection, next);
    }
    free.push(connection);
  };
  for (let due = now(); due < end; due += everyMs) {
    const early = due - now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const connection = free.pop();
    if (connection === undefined) {
      waiting.push(due);
      continue;
    }
    const using = use(connection, Math.max(due, now()));
    running.add(using);
    void using.finally(() => running.delete(using));
  }
  await Promise.all(running);
}

process.on('message', (job: CreatorJob) => {
  void run(job).then(
    (created) => process.send?.(created),
    (error: unknown) => process.send?.({ creates: [], failed: 1, failure: String(error) } satisfies Created),
  );
});
process.on('disconnect', () => process.exit());
