import { Registry as Metrics } from 'prom-client';
import { runJanitor } from '../../services/dispatcher/janitor/janitor.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { newId } from '../../shared/runtime/ids.js';
import type { Store } from '../../shared/store/port.js';
import type { Erasure } from '../../shared/store/registry.js';
import { DAY_MS } from '../../shared/store/retention.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ dataDir: temporaryFolder() });
});
afterEach(() => store.close());

const LEASE = 'janitor';
const silent = createLogger('test', 'silent');

/** A janitor at work in its own time; `stop` resolves when it has ended. */
function startJanitor(owner: string, using = store) {
  const stopping = new AbortController();
  const deps = {
    store: using,
    retention: { eventMs: DAY_MS, attemptMs: DAY_MS },
    partitions: 1,
    owner,
    clock: Date.now,
    logger: silent,
    metrics: new Metrics(),
  };
  const ended = runJanitor(deps, stopping.signal);
  return {
    async stop(): Promise<void> {
      stopping.abort();
      await ended;
    },
  };
}

async function orderErasure(): Promise<Erasure> {
  const now = Date.now();
  const subject = { directoryId: newId(), userId: newId() };
  const times = { createdAt: now, updatedAt: now, dueAt: now };
  const erasure: Erasure = {
    id: newId(),
    version: 1,
    ...subject,
    ...times,
    state: 'open',
    pass: 1,
    after: 0,
    erased: 0,
  };
  await store.registry.erasures.insert(erasure);
  return erasure;
}

const passOf = async ({ id }: Erasure): Promise<number | undefined> => (await store.registry.erasures.get(id))?.pass;

test('of two janitors one works; when it stops, it gives its lease back and the other goes on', async () => {
  const first = startJanitor('first');
  const one = await orderErasure();
  await eventually('the first has begun', async () => (await passOf(one)) === 2);
  const second = startJanitor('second');
  expect(await store.leases.acquire(LEASE, 'second', 1, Date.now())).toBeUndefined();
  await first.stop();
  const two = await orderErasure();
  await eventually('the second has begun', async () => (await passOf(two)) === 2);
  expect(await store.leases.acquire(LEASE, 'first', 1, Date.now())).toBeUndefined();
  await second.stop();
  expect(await store.leases.acquire(LEASE, 'third', 1, Date.now())).toBeDefined();
});

test('a janitor that is told to stop ends the step under way, begins no other, and gives its lease back', async () => {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  let [begun, ended] = [0, 0];
  const retention: Store['retention'] = {
    ...store.retention,
    async shortenLog() {
      begun += 1;
      await gate;
      ended += 1;
      return 1; // always more to do
    },
  };
  const janitor = startJanitor('first', { ...store, retention });
  await eventually('a step is under way', () => begun === 1);
  const stopped = janitor.stop();
  letGo();
  await stopped;
  expect([begun, ended]).toEqual([1, 1]);
  expect(await store.leases.acquire(LEASE, 'next', 1, Date.now())).toBeDefined();
});
