import { createRelay, type RelayOptions } from '../../services/relay/relay.js';
import type { LogRecord } from '../../shared/event-log/port.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import type { Store } from '../../shared/store/port.js';
import { createChain, newDirectory, type Chain } from '../contract/store/suite/fixtures.js';
import { silent } from '../support/ingest.js';
import { temporaryFolder } from '../support/temporary-folder.js';

export const PARTITIONS = 3;

/** Notes what is published. `before` runs first; when it throws, nothing is published. */
export interface RecordingLog {
  readonly published: readonly LogRecord[];
  before: (partition: number, records: readonly LogRecord[]) => Promise<void>;
  publish(partition: number, records: Iterable<LogRecord>): Promise<void>;
}

export function createRecordingLog(): RecordingLog {
  const published: LogRecord[] = [];
  return {
    published,
    before: async () => undefined,
    async publish(partition, records) {
      const copied = [...records];
      await this.before(partition, copied);
      published.push(...copied);
    },
  };
}

/** Ids in the order in which they were first published: what a consumer that drops repeats sees. */
export const idsOf = (records: readonly LogRecord[]): string[] => [...new Set(records.map(({ eventId }) => eventId))];

export const openStore = (): Promise<Store> => openSqliteStore({ dataDir: temporaryFolder() });

export const chainIn = (store: Store, partition: number): Chain => createChain(store.commits, newDirectory(partition));

/** Writes commits of so many events each, one after another; answers the events' ids. */
export async function write(chain: Chain, ...eventCounts: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const events of eventCounts) ids.push(...(await chain.write([], { events })).events.map(({ id }) => id));
  return ids;
}

/** How many commits wait in all partitions. */
export async function waitingIn({ outbox }: Store): Promise<number> {
  const waiting = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) => outbox.next(partition, 10_000)),
  );
  return waiting.flat().length;
}

export interface RunningRelay {
  readonly owner: string;
  readonly wake: (partition: number) => void;
  stop(): Promise<void>;
}

export function startRelay(
  { outbox, leases }: Store,
  log: RelayOptions['log'],
  options: Partial<RelayOptions> = {},
): RunningRelay {
  const owner = newId();
  const controller = new AbortController();
  const base = { outbox, leases, log, partitions: PARTITIONS, owner, clock: systemClock, logger: silent };
  const relay = createRelay({ ...base, ...options });
  const running = relay.run(controller.signal);
  return {
    owner,
    wake: (partition) => relay.wake(partition),
    async stop() {
      controller.abort();
      await running;
    },
  };
}
