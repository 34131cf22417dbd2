import { Registry as Metrics } from 'prom-client';
import { runJanitor } from '../../services/dispatcher/janitor/janitor.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { newId } from '../../shared/runtime/ids.js';
import type { AuditEntry } from '../../shared/store/audit.js';
import type { Store } from '../../shared/store/port.js';
import type { Erasure, IdempotencyKey, SetupLink } from '../../shared/store/registry.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import { DAY_MS } from '../../shared/store/retention.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { idAt } from '../../shared/webhooks/delivery.js';
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
    retention: { eventMs: DAY_MS, attemptMs: DAY_MS, auditMs: 2 * DAY_MS, requestMs: DAY_MS },
    partitions: 1,
    owner,
    clock: Date.now,
    logger: silent,
    metrics: new Metrics(),
    sealer: createSealer(Buffer.alloc(32, 7)),
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

test('set-up links go a month after their end, however they ended', async () => {
  const now = Date.now();
  const [ended, lately] = [now - 30 * DAY_MS - 1000, now - 30 * DAY_MS + 3_600_000];
  const directoryId = newId();
  const record = { version: 1, createdAt: 1, updatedAt: 1 };
  await store.registry.directories.insert({
    ...{ ...record, id: directoryId, organizationId: newId(), name: 'Okta', provider: null, partition: 0 },
    deletedAt: null,
  });
  const unopened = { openedAt: null, sessionUntil: null, revokedAt: null };
  const link = (times: Partial<SetupLink>): SetupLink => ({
    ...{ ...record, id: newId(), directoryId, hash: newId(), expiresAt: now, ...unopened, ...times },
  });
  const over = [
    link({ expiresAt: ended }),
    link({ revokedAt: ended }),
    link({ openedAt: 1, sessionUntil: ended }),
    link({ openedAt: 1, sessionUntil: now, revokedAt: ended }),
  ];
  const kept = [
    link({ expiresAt: lately }),
    link({ revokedAt: lately }),
    link({ openedAt: ended, sessionUntil: lately, expiresAt: ended }),
    link({}),
  ];
  for (const one of [...over, ...kept]) await store.registry.setupLinks.insert(one);
  const left = async () => (await store.registry.setupLinks.find({}, { limit: 100 })).map(({ id }) => id);
  const janitor = startJanitor('first');
  await eventually('links are purged', async () => (await left()).length === kept.length);
  await janitor.stop();
  expect(await left()).toEqual(kept.map(({ id }) => id).sort());
});

test('audit entries, logged requests and idempotency keys go once they are past their time, and not before', async () => {
  const now = Date.now();
  const idAgo = (ms: number): string => idAt(now - ms) + newId().slice(13);
  const directoryId = newId();
  const record = { version: 1, createdAt: now, updatedAt: now };
  await store.registry.directories.insert({
    ...{ ...record, id: directoryId, organizationId: newId() },
    ...{ name: 'Gone', provider: null, partition: 0, deletedAt: now },
  });
  const audited = (ago: number): AuditEntry => ({
    ...{ id: idAgo(ago), actor: 'operator', actorName: 'operator', action: 'directory.updated', requestId: newId() },
    ...{ subject: { type: 'directory', id: directoryId }, organizationId: null, directoryId, address: null },
    ...{ outcome: 'done', before: null, after: null },
  });
  const asked = (ago: number): RequestEntry => ({
    ...{ id: idAgo(ago), directoryId, method: 'GET', path: '/Users', status: 200, durationMs: 1 },
    ...{ scimType: null, detail: null, userAgent: null, attributes: [], events: [] },
  });
  const key = (expiresAt: number): IdempotencyKey => ({
    ...{ ...record, id: newId(), fingerprint: 'f', answer: null, leaseUntil: now, expiresAt },
  });
  const HOUR_MS = DAY_MS / 24;
  const entries = [audited(2 * DAY_MS + HOUR_MS), audited(DAY_MS + HOUR_MS)];
  const requests = [asked(DAY_MS + HOUR_MS), asked(HOUR_MS)];
  // More than one step looks at, since they are in no order of time.
  const keys = Array.from({ length: 50 }, (_, n) => key(n % 2 === 0 ? now - 1 : now + HOUR_MS));
  await store.journals.audit.append(entries);
  await store.journals.requests.append(requests);
  for (const one of keys) await store.registry.idempotencyKeys.insert(one);
  const janitor = startJanitor('first');
  const keysLeft = () => store.registry.idempotencyKeys.find({}, { limit: 100 });
  await eventually('keys are purged', async () => (await keysLeft()).length === 25);
  await janitor.stop();
  expect((await keysLeft()).every(({ expiresAt }) => expiresAt > now)).toBe(true);
  expect(await store.journals.audit.list({}, { limit: 10 })).toEqual(entries.slice(1));
  expect(await store.journals.requests.list({ directoryId }, { limit: 10 })).toEqual(requests.slice(1));
});
