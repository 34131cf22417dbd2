import fc from 'fast-check';
import supertest from 'supertest';
import { createLogger } from '../../../shared/runtime/logger.js';
import { newId } from '../../../shared/runtime/ids.js';
import { BELIEVED_MS } from '../../../services/ingest/known-directories.js';
import type { Store } from '../../../shared/store/port.js';
import type { Endpoint } from '../../../shared/store/registry.js';
import { DAY_MS } from '../../../shared/store/retention.js';
import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import { openSqliteExport, openSqliteImport } from '../../../shared/store/sqlite/transfer.js';
import type { ExportSource, ImportTarget, MovedCommit } from '../../../shared/store/transfer.js';
import { DELIVERY_STATUSES, deliveryId, placeBeforeLog, type Delivery } from '../../../shared/webhooks/delivery.js';
import { silent, startIngest } from '../../support/ingest.js';
import { mongoServer, testDatabase } from '../../support/mongo-database.js';
import { exported, imported } from '../../support/moving.js';
import { skipSuite } from '../../support/skip-suite.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { attemptOf, delivery, settlement } from './suite/deliveries.js';
import { waiting } from './suite/fixtures.js';

/** Everything of a store, out and into another one: what comes out of that one is the same. */

const logger = createLogger('test', 'silent');
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A store of its own that is opened, read and filled by name. */
interface Place {
  readonly kind: 'SQLite' | 'MongoDB';
  readonly open: () => Promise<Store>;
  readonly source: () => Promise<ExportSource>;
  readonly target: () => Promise<ImportTarget>;
  readonly drop: () => Promise<void>;
}

function sqlitePlace(): Place {
  const dataDir = temporaryFolder();
  return {
    kind: 'SQLite',
    open: () => openSqliteStore({ dataDir }),
    source: () => openSqliteExport(dataDir),
    target: () => openSqliteImport(dataDir),
    drop: async () => undefined,
  };
}

function mongoPlace(): Place {
  const database = testDatabase();
  const load = () =>
    Promise.all([
      import('../../../shared/store/mongo/transfer.js'),
      import('../../../shared/store/mongo/store.js'),
      import('../../../shared/store/mongo/migrations.js'),
    ]);
  const options = { uri: database.uri, logger };
  return {
    kind: 'MongoDB',
    async open() {
      const [, { openMongoStore }, { migrateMongo }] = await load();
      await migrateMongo(options);
      return openMongoStore(options);
    },
    source: async () => (await load())[0].openMongoExport(options),
    async target() {
      const [{ openMongoImport }] = await load();
      return (await openMongoImport(options, async () => ({ release: async () => undefined }))).target;
    },
    drop: () => database.drop(),
  };
}

/** What happens in a directory, in the order of its fields. */
const history = fc.record({
  users: fc.integer({ min: 1, max: 5 }),
  /** Which of the users become members of the first group, leave it, and are deleted; by their number. */
  joining: fc.subarray([0, 1, 2, 3, 4]),
  leaving: fc.subarray([0, 1, 2, 3, 4], { maxLength: 2 }),
  guarded: fc.boolean(),
  deleted: fc.subarray([0, 1, 2, 3, 4], { maxLength: 3 }),
  isGroupDeleted: fc.boolean(),
  /** In percent of the commits. */
  published: fc.constantFrom(0, 50, 100),
  consumed: fc.constantFrom(0, 50, 100),
  isPurged: fc.boolean(),
  statuses: fc.array(fc.constantFrom(...DELIVERY_STATUSES), { maxLength: 6 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Fills a store through the write path. Answers the directory's id. */
async function live(open: () => Promise<Store>, told: History): Promise<string> {
  const ingest = await startIngest(silent, open);
  const { app, store, clock } = ingest;
  const { id, token, base } = await ingest.addDirectory();
  const send = async (method: 'post' | 'patch' | 'delete', path: string, body?: object): Promise<string> => {
    clock.now += 1000;
    const answer = await supertest(app)[method](`${base}${path}`).set('authorization', `Bearer ${token}`).send(body);
    expect([answer.status < 300, answer.text]).toEqual([true, answer.text]);
    return (answer.body as { id?: string } | undefined)?.id ?? '';
  };
  const users: string[] = [];
  for (let n = 0; n < told.users; n += 1) {
    const title = n === 0 ? 'Line\u2028separator, "quotes" and 𝄞' : null;
    users.push(await send('post', '/Users', { schemas: [USER], userName: `user${n}`, ...(title && { title }) }));
  }
  const group = await send('post', '/Groups', { schemas: [GROUP], displayName: 'Group' });
  const some = (numbers: readonly number[]): string[] => users.filter((_, n) => numbers.includes(n));
  const patch = (operations: object[]) =>
    send('patch', `/Groups/${group}`, { schemas: [PATCH], Operations: operations });
  const joining = some(told.joining);
  if (joining.length > 0) {
    await patch([{ op: 'add', path: 'members', value: joining.map((value) => ({ value })) }]);
  }
  for (const value of some(told.leaving)) await patch([{ op: 'remove', path: `members[value eq "${value}"]` }]);
  if (told.guarded) {
    await guard(store, id);
    clock.now += BELIEVED_MS;
  }
  for (const user of some(told.deleted)) await send('delete', `/Users/${user}`);
  if (told.isGroupDeleted) await send('delete', `/Groups/${group}`);
  await deliver(store, id, told);
  await administer(store, id);
  await store.close();
  return id;
}

async function guard(store: Store, id: string): Promise<void> {
  const directory = await store.registry.directories.get(id);
  if (directory === undefined) throw new Error('the directory is gone');
  const deletionGuard = { maxUsers: 1, windowMinutes: 60 };
  await store.registry.directories.replace({ ...directory, version: directory.version + 1, deletionGuard });
}

const shareOf = (percent: number, count: number): number => Math.floor((count * percent) / 100);

/** Publishes and consumes some of it, and purges what it may. */
async function deliver(store: Store, directoryId: string, told: History): Promise<void> {
  const head = await store.commits.head(directoryId);
  const commits = await waiting(store.outbox, 0, head.number);
  await store.outbox.markPublished(0, commits.slice(0, shareOf(told.published, commits.length)));
  const events = await store.events.ofDirectory(directoryId, 0, 1000);
  const endpointId = newId();
  const rows = events.slice(0, told.statuses.length).map(({ id, seq }, n) =>
    delivery({
      ...{ id: deliveryId(id, endpointId), eventId: id, endpointId, directoryId, partition: 0, seq },
      ...{ offset: 65_536 * (n + 1), status: told.statuses[n] ?? 'pending' },
      ...(told.statuses[n] === 'sending' ? { leaseOwner: 'a process', leaseUntil: Date.now() + DAY_MS } : {}),
    }),
  );
  const operational = newId();
  rows.push(delivery({ ...placeBeforeLog(operational), eventId: operational, endpointId, partition: 0, body: '{}' }));
  await store.deliveries.insert(rows, [{ directoryId, seq: shareOf(told.consumed, events.length) }]);
  const tried = rows.filter(({ status }) => status === 'retrying');
  for (const startedAt of [1, 2]) {
    const settled = { status: 'retrying', nextAttemptAt: 5, lastError: 'no answer' } as const;
    const attempt = { startedAt, status: null, error: 'no answer', response: '' };
    await store.deliveries.settle(
      tried.map((row) => settlement(row, { ...settled, attempts: startedAt, attempt: attemptOf(row, attempt) })),
      startedAt,
    );
  }
  await store.events.saveCursor('dispatcher', 0, { position: 2, index: 1 });
  const past = Date.now() + 400 * DAY_MS;
  const cutoffs = { now: past, events: past, attempts: 0 };
  if (told.isPurged) while ((await store.retention.shortenLog(0, cutoffs, 100)) > 0);
  if (told.isPurged) await store.retention.purgeEvents(directoryId, cutoffs, 2);
}

/** Records of every table. */
async function administer({ registry, journals }: Store, directoryId: string): Promise<void> {
  const record = () => ({ id: newId(), version: 3, createdAt: 1, updatedAt: 2 });
  await registry.organizations.insert({ ...record(), name: 'Acme' });
  const scope = { organizationId: null, directoryId: null };
  await registry.endpoints.insert({
    ...{ ...record(), ...scope, url: 'https://example.com', description: '', eventTypes: [], filter: null },
    ...{ payload: 'full', headers: [], ordering: 'resource', rateLimit: null, enabled: true, disabledReason: null },
    ...{ disabling: null, failingSince: null, secrets: [{ sealed: 'v1.keyid.n.c', createdAt: 1, expiresAt: null }] },
  } satisfies Endpoint);
  await registry.adminKeys.insert({
    ...{ ...record(), name: 'key', hash: 'hash', hint: 'hint', scopes: ['read'], organizationId: null },
    ...{ expiresAt: null, lastUsedAt: null },
  });
  await registry.setupLinks.insert({
    ...{ ...record(), directoryId, hash: 'hash', expiresAt: 3, openedAt: 2, sessionUntil: 4, revokedAt: null },
  });
  await registry.replays.insert({
    ...{ ...record(), endpointId: newId(), state: 'running', since: 1, until: 2, directoryId: null, types: [] },
    ...{ remaining: [{ partition: 0, after: { offset: 65_536, seq: 1 } }], replayed: 1, missing: 0 },
  });
  await registry.erasures.insert({
    ...{ ...record(), directoryId, userId: newId(), state: 'open', dueAt: 0, pass: 1, after: 7, erased: 0 },
  });
  await journals.audit.append([
    {
      ...{ id: newId(), actor: 'operator', actorName: 'operator', action: 'endpoint.created', requestId: newId() },
      ...{ subject: { type: 'endpoint', id: newId() }, organizationId: null, directoryId, address: null },
      ...{ outcome: 'done', before: null, after: { url: 'https://example.com' } },
    },
  ]);
}

/** Without header and footer; in no order; a commit that had no place yet may have one by now. */
const contentOf = (lines: readonly string[], unplaced: ReadonlySet<string> = new Set()): string[] =>
  lines
    .slice(1, -1)
    .map((line) => (unplaced.has(commitOf(line)) ? line.replace(/"position":(?:null|\d+)/, '"position":null') : line))
    .sort();

const commitOf = (line: string): string =>
  /^\{"kind":"commit","directoryId":"[^"]+","number":\d+/.exec(line)?.[0] ?? '';

const unplacedIn = (lines: readonly string[]): Set<string> =>
  new Set(lines.filter((line) => line.includes('"position":null')).map(commitOf));

async function expectSameWay(places: readonly Place[], told: History): Promise<void> {
  const [origin, ...others] = places;
  if (origin === undefined) return;
  const directoryId = await live(origin.open, told);
  const lines = await exported(await origin.source());
  for (const place of others) {
    await imported(await place.target(), lines);
    const again = await exported(await place.source());
    expect(contentOf(again, unplacedIn(lines))).toEqual(contentOf(lines, unplacedIn(lines)));
    await expectToGoOn(await place.open(), directoryId, lines);
  }
  for (const place of places) await place.drop();
}

/** The relay has what was not consumed, at its place, and every directory goes on where it was. */
async function expectToGoOn(store: Store, directoryId: string, lines: readonly string[]): Promise<void> {
  const commits = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ kind }) => kind === 'commit');
  const open = commits.filter(({ published }) => published === false);
  const next = await store.outbox.next(0, 1000);
  expect(next.map(({ number }) => number)).toEqual(open.map(({ number }) => number));
  const { position: tail = 0 } = next.at(-1) ?? {};
  if (open.length > 0) expect(await store.events.tail(0)).toBe(tail);
  const head = await store.commits.head(directoryId);
  const commit = {
    ...{ ...head, directoryId, number: head.number + 1, partition: 0, nonce: newId(), purgeAt: 0, changes: [] },
    ...{
      lastSeq: head.lastSeq + 1,
      events: [{ id: newId(), type: 'user.created', seq: head.lastSeq + 1, body: '{}' }],
    },
  };
  expect(await store.commits.commit(commit)).toBe('committed');
  const last = (await waiting(store.outbox, 0, open.length + 1)).at(-1);
  expect(last).toMatchObject({ number: head.number + 1, position: await store.events.tail(0) });
  await store.close();
}

test('every kind of line; what was left half done is told as nobody’s, and places in the log as those of a former one', async () => {
  const place = sqlitePlace();
  const everything: History = {
    ...{ users: 5, joining: [0, 1, 2, 3, 4], leaving: [3], guarded: true, deleted: [0, 1, 2], isGroupDeleted: false },
    ...{ published: 100, consumed: 50, isPurged: true, statuses: ['delivered', 'sending', 'retrying', 'pending'] },
  };
  await live(place.open, everything);
  const lines = (await exported(await place.source())).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect([...new Set(lines.map(({ kind }) => kind))].sort()).toEqual(
    [
      ...['header', 'organizations', 'directories', 'tokens', 'endpoints', 'setupLinks', 'adminKeys', 'replays'],
      ...['erasures', 'audit'],
      ...['head', 'commit', 'ended', 'held', 'resource', 'membership', 'progress', 'digest', 'logStart', 'cursor'],
      ...['delivery', 'footer'],
    ].sort(),
  );
  expect(lines[0]).toMatchObject({ format: 1, store: 'sqlite', sealedWith: ['keyid'], counts: { directories: 1 } });

  const deliveries = lines.filter(({ kind }) => kind === 'delivery').map((line) => line['delivery'] as Delivery);
  const inOrder = deliveries.toSorted((a, b) => a.seq - b.seq).filter(({ body }) => body === null);
  const step = 65_536;
  expect(inOrder.map(({ offset }) => offset)).toEqual([3, 2, 1, 0].map((before) => -2 - before * step));
  expect(deliveries.filter(({ body }) => body !== null).map(({ offset }) => offset)).toEqual([-1]);
  expect(deliveries.filter(({ leaseOwner, leaseUntil }) => leaseOwner !== null || leaseUntil !== null)).toEqual([]);
  const [replay] = lines.filter(({ kind }) => kind === 'replays');
  expect(replay).toMatchObject({ record: { remaining: [{ partition: 0, after: { offset: -2 - 3 * step, seq: 1 } }] } });
  expect(lines.find(({ kind }) => kind === 'erasures')).toMatchObject({ record: { after: 0, pass: 1 } });

  const { seq: progress } = lines.find(({ kind }) => kind === 'progress') as { seq: number };
  const commits = lines.filter(({ kind }) => kind === 'commit') as unknown as MovedCommit[];
  expect(commits.map(({ published }) => published)).toEqual(commits.map(({ lastSeq }) => lastSeq <= progress));
  expect(new Set(commits.map(({ published }) => published)).size).toBe(2);
  const { position: start } = lines.find(({ kind }) => kind === 'logStart') as { position: number };
  expect(commits.filter(({ position }) => position !== null && position <= start)).toEqual([]);
});

test('SQLite → SQLite: the same lines again, and every directory goes on where it was', async () => {
  await fc.assert(
    fc.asyncProperty(history, (told) => expectSameWay([sqlitePlace(), sqlitePlace()], told)),
    { numRuns: 20 },
  );
});

if (mongoServer === undefined) {
  skipSuite('an export and import of MongoDB', 'MONGODB_URI is not set');
} else {
  test('SQLite → MongoDB: the same lines again', async () => {
    await fc.assert(
      fc.asyncProperty(history, (told) => expectSameWay([sqlitePlace(), mongoPlace()], told)),
      { numRuns: 2, endOnFailure: true },
    );
  });

  test('MongoDB → SQLite and MongoDB: the same lines again', async () => {
    await fc.assert(
      fc.asyncProperty(history, (told) => expectSameWay([mongoPlace(), sqlitePlace(), mongoPlace()], told)),
      { numRuns: 2, endOnFailure: true },
    );
  });
}
