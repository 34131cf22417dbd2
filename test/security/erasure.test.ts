import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { createConnection } from 'mongoose';
import { Registry } from 'prom-client';
import request from 'supertest';
import { Webhook } from 'svix';
import { createAdmin } from '../../services/admin/app.js';
import { createFeed } from '../../services/admin/feed.js';
import { createAdminMetrics } from '../../services/admin/metrics.js';
import { createDispatcher } from '../../services/dispatcher/dispatcher.js';
import { carryOutErasures } from '../../services/dispatcher/janitor/erasures.js';
import { createDispatcherMetrics } from '../../services/dispatcher/metrics.js';
import { createIngest } from '../../services/ingest/app.js';
import { noTracing } from '../../shared/runtime/tracing.js';
import { createIngestMetrics } from '../../services/ingest/metrics.js';
import { createRequestLog } from '../../services/ingest/request-log.js';
import { createWriter } from '../../services/ingest/writer.js';
import { createRelay } from '../../services/relay/relay.js';
import { adminKeyHash } from '../../shared/config/secrets.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { createInProcessLog } from '../../shared/event-log/in-process/log.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { migrateMongo } from '../../shared/store/mongo/migrations.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import type { Store } from '../../shared/store/port.js';
import { DAY_MS } from '../../shared/store/retention.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { parseSchedule, RETRY_SCHEDULE } from '../../shared/webhooks/schedule.js';
import { eventually } from '../support/eventually.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { INSTALLATION } from '../support/installation.js';
import { NO_WEB } from '../support/no-web.js';
import { startReceiver } from '../service/dispatcher-support.js';

/** No value of anybody else begins like this. */
const CANARY = 'cnry';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const KEY = 'the-key-of-the-operator';
const PARTITIONS = 2;
/** That a directory gets while it is filled. */
const REQUESTS = 10;

/** A canary in every attribute that a user can have. */
const canaryUser = (n: number) => ({
  schemas: [USER, ENTERPRISE_USER],
  userName: `${CANARY}-${n}@example.com`,
  externalId: `${CANARY}-external-${n}`,
  name: { givenName: `${CANARY}-given`, familyName: `${CANARY}-family`, formatted: `${CANARY}-formatted` },
  displayName: `${CANARY}-display`,
  nickName: `${CANARY}-nick`,
  profileUrl: `https://example.com/${CANARY}`,
  title: `${CANARY}-title`,
  userType: `${CANARY}-type`,
  locale: 'de-AT',
  emails: [{ value: `${CANARY}-${n}-home@example.com`, type: 'home' }],
  phoneNumbers: [{ value: `${CANARY}-phone`, type: 'work' }],
  addresses: [{ streetAddress: `${CANARY}-street`, type: 'work' }],
  photos: [{ value: `https://example.com/${CANARY}.png` }],
  roles: [{ value: `${CANARY}-role` }],
  [ENTERPRISE_USER]: { employeeNumber: `${CANARY}-number`, department: `${CANARY}-department` },
});

/** A store, and everything that is in it, as text. */
interface Target {
  readonly store: Store;
  /** By table or file. */
  dump(): Promise<Map<string, string>>;
  close(): Promise<void>;
}

async function sqliteTarget(): Promise<Target> {
  const dataDir = temporaryFolder();
  const store = await openSqliteStore({ dataDir });
  return {
    store,
    async dump() {
      const reader = new DatabaseSync(join(dataDir, 'rollcall.db'), { readOnly: true });
      const names = reader.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
      const tables = names.map(({ name }): [string, string] => [
        name,
        JSON.stringify(reader.prepare(`SELECT * FROM "${name}"`).all()),
      ]);
      reader.close();
      // The bytes too: SQLite leaves deleted rows in the file unless it is told not to.
      const files = readdirSync(dataDir).map((name): [string, string] => [
        name,
        readFileSync(join(dataDir, name), 'latin1'),
      ]);
      return new Map([...tables, ...files]);
    },
    close: () => store.close(),
  };
}

async function mongoTarget(): Promise<Target> {
  const database = testDatabase();
  await migrateMongo({ uri: database.uri });
  const store = await openMongoStore({ uri: database.uri, logger: createLogger('test', 'silent') });
  return {
    store,
    async dump() {
      const connection = await createConnection(database.uri).asPromise();
      const found = new Map<string, string>();
      for (const { name } of await connection.listCollections()) {
        found.set(name, JSON.stringify(await connection.collection(name).find({}).toArray()));
      }
      await connection.close();
      return found;
    },
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

/** All roles on the target, with a clock that the test moves. */
const LIMITS = { requestsPerSecond: 100_000, trustedProxies: [], certificateHeader: undefined };

async function startProduct({ store }: Target) {
  const logger = createLogger('test', 'silent');
  let ahead = 0;
  const clock = (): number => Date.now() + ahead;
  const sealer = createSealer(Buffer.alloc(32, 7));
  const publicUrl = 'https://directory.example.com';
  const log = createInProcessLog({ events: store.events, partitions: PARTITIONS, logger });
  const common = { ...store, clock, logger, publicUrl, newId, owner: newId(), log, partitions: PARTITIONS, ...LIMITS };
  const relay = createRelay(common);
  const metrics = createIngestMetrics(new Registry());
  const requestLog = createRequestLog(store.journals.requests, logger, metrics);
  const writer = createWriter({
    commits: store.commits,
    clock,
    newId,
    onCommit: (partition) => relay.wake(partition),
    onEvents: requestLog.caused,
  });
  const ingest = createIngest({ ...common, writer, requestLog, metrics, tracing: noTracing });
  const allowCidrs = ['127.0.0.0/8'];
  const courier = createHttpCourier(allowCidrs, clock);
  const stopping = new AbortController();
  const feed = createFeed(store.events, PARTITIONS);
  const admin = createAdmin({
    ...common,
    feed,
    metrics: createAdminMetrics(new Registry()),
    remap: () => undefined,
    stopping: stopping.signal,
    sealer,
    courier,
    allowCidrs,
    web: NO_WEB,
    installation: INSTALLATION,
    adminKeyHash: adminKeyHash(KEY),
  });
  const { endpoints } = store.registry;
  const dispatcher = createDispatcher({
    ...common,
    sealer,
    courier,
    endpoints,
    replays: store.registry.replays,
    group: 'dispatcher',
    soleOwner: true,
    retrySchedule: parseSchedule(RETRY_SCHEDULE) ?? [],
    metrics: createDispatcherMetrics(new Registry()),
  });
  const running = Promise.all([relay.run(stopping.signal), dispatcher.run(stopping.signal)]);
  return {
    manage: request.agent(admin).set('authorization', `Bearer ${KEY}`),
    async scim(
      token: string,
      method: 'post' | 'patch' | 'put' | 'delete',
      path: string,
      body?: object,
    ): Promise<string> {
      const sent = request(ingest)[method](path).set('authorization', `Bearer ${token}`);
      const answer = await (body === undefined ? sent : sent.send(body));
      expect([200, 201, 204]).toContain(answer.status);
      return String(answer.body.id);
    },
    /** Lets so much time pass, and a janitor do what is due. */
    async later(ms: number): Promise<void> {
      ahead += ms;
      const steps = carryOutErasures({ ...common, store: store.erasure });
      for await (const _ of steps);
    },
    /** Lets so much time pass. */
    wait: (ms: number) => void (ahead += ms),
    flushRequests: () => requestLog.flush(),
    async stop() {
      stopping.abort();
      await running;
      await courier.close();
      await log.close();
    },
  };
}

/** The tables and files that have the text. */
const find = (wanted: string, dump: ReadonlyMap<string, string>): string[] =>
  [...dump].filter(([, content]) => content.includes(wanted)).map(([name]) => name);

const findCanaries = (dump: ReadonlyMap<string, string>): string[] => find(CANARY, dump);

function describeErasure(name: string, open: () => Promise<Target>): void {
  describe(name, () => {
    let target: Target;
    let product: Awaited<ReturnType<typeof startProduct>>;
    beforeEach(async () => {
      target = await open();
      product = await startProduct(target);
    });
    afterEach(async () => {
      await product.stop();
      await target.close();
    });

    /** Nothing is under way: what is left waits for its time. */
    const settled = (directoryId: string) =>
      eventually('attempts are settled', async () => {
        const { lastSeq } = await target.store.commits.head(directoryId);
        if ((await target.store.deliveries.progress([directoryId])).get(directoryId) !== lastSeq) return false;
        const rows = await target.store.deliveries.list({ directoryId }, { limit: 1000 });
        return rows.every(({ status }) => status !== 'pending' && status !== 'sending');
      });

    /**
     * A directory with three users full of canaries and one without, who came, changed and were members, all delivered or failing;
     * the end of one of them is held by the deletion guard.
     */
    async function fill() {
      const { manage } = product;
      const scim: typeof product.scim = (...call) => product.scim(...call);
      const echo = await startReceiver((message, res) => void res.writeHead(200).end(message.raw));
      const failing = await startReceiver((message, res) => void res.writeHead(500).end(message.raw));
      const secrets = [];
      for (const { url } of [echo, failing]) {
        secrets.push(String((await manage.post('/v1/endpoints').send({ url }).expect(201)).body.secret));
      }
      const organization = await manage.post('/v1/organizations').send({ name: 'Acme' }).expect(201);
      const made = await manage.post('/v1/directories').send({
        organizationId: organization.body.id,
        name: 'Okta',
        deletionGuard: { maxUsers: 1, windowMinutes: 60 },
      });
      const { id: directoryId, token } = made.body as { id: string; token: string };
      const at = `/scim/${directoryId}/v2`;
      const gone = await scim(token, 'post', `${at}/Users`, canaryUser(1));
      const there = await scim(token, 'post', `${at}/Users`, canaryUser(2));
      const bo = await scim(token, 'post', `${at}/Users`, {
        schemas: [USER, ENTERPRISE_USER],
        userName: 'bo@example.com',
        [ENTERPRISE_USER]: { manager: { value: there } },
      });
      const held = await scim(token, 'post', `${at}/Users`, canaryUser(3));
      const members = [gone, there, held, bo].map((value) => ({ value }));
      const group = await scim(token, 'post', `${at}/Groups`, { schemas: [GROUP], displayName: 'Cooks', members });
      for (const id of [gone, there]) {
        const Operations = [
          { op: 'replace', path: 'title', value: `${CANARY}-second-title` },
          { op: 'replace', path: 'userName', value: `${CANARY}-${id}@example.com` },
        ];
        await scim(token, 'patch', `${at}/Users/${id}`, { schemas: [PATCH], Operations });
      }
      const leave = { op: 'remove', path: `members[value eq "${there}"]` };
      await scim(token, 'patch', `${at}/Groups/${group}`, { schemas: [PATCH], Operations: [leave] });
      await scim(token, 'delete', `${at}/Users/${gone}`);
      await scim(token, 'delete', `${at}/Users/${held}`);
      // What is held stays so; what is erased is deleted by the operator's own word.
      await manage.patch(`/v1/directories/${directoryId}`).send({ deletionGuard: null }).expect(200);
      const { lastSeq } = await target.store.commits.head(directoryId);
      await eventually(
        'every event is delivered',
        () => new Set(echo.messages.map(({ event }) => event.seq)).size === lastSeq,
      );
      await eventually('some deliveries fail', () => failing.messages.length > 0);
      await settled(directoryId);
      await product.flushRequests();
      const { requests } = target.store.journals;
      expect(await requests.list({ directoryId }, { limit: 100 })).toHaveLength(REQUESTS);
      return { directoryId, token, at, gone, there, held, bo, echo, failing, secrets, lastSeq };
    }

    const erasureOf = async (id: string) =>
      (await product.manage.get(`/v1/erasures/${id}`).expect(200)).body as { state: string };

    const idsOf = ({ data }: { data: { id: string }[] }): string[] => data.map(({ id }) => id);

    test('of its users leaves no value of theirs anywhere, and everything else as it was', async () => {
      const { directoryId, gone, there, held, bo, failing, secrets, lastSeq } = await fill();
      const wasAt = new Date().toISOString();
      const usersThen = `/v1/directories/${directoryId}/users?at=${wasAt}`;
      expect(idsOf((await product.manage.get(usersThen).expect(200)).body)).toEqual([there, bo]);
      expect(findCanaries(await target.dump())).not.toEqual([]);
      const orders: string[] = [];
      for (const userId of [gone, there, held]) {
        const url = `/v1/directories/${directoryId}/users/${userId}/erase`;
        const { body } = await product.manage.post(url).expect(202);
        expect((await product.manage.post(url).expect(202)).body.id).toBe(body.id);
        orders.push(String(body.id));
      }
      await product.later(0);
      failing.answer = () => 500;
      await settled(directoryId);
      // What waits is sent as it is in the store by then, and verifies.
      await product.later(3 * 60_000);
      for (const id of orders) expect(await erasureOf(id)).toMatchObject({ state: 'done', dueAt: null });
      await target.store.erasure.scrub();
      expect(findCanaries(await target.dump())).toEqual([]);

      const users = await product.manage.get(`/v1/directories/${directoryId}/users`).expect(200);
      expect(users.body.data).toMatchObject([{ id: bo, userName: 'bo@example.com', managerId: there }]);
      const { body: events } = await product.manage.get(`/v1/events?directoryId=${directoryId}&limit=100`).expect(200);
      const seqs = (events.data as { seq: number }[]).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: lastSeq + 1 }, (_, index) => index + 1));
      expect(events.data.at(-1)).toMatchObject({ type: 'user.deleted', data: { id: there, erased: true } });
      // Of the past, they are left out.
      expect(idsOf((await product.manage.get(usersThen).expect(200)).body)).toEqual([bo]);
      await product.manage.get(`/v1/directories/${directoryId}/snapshot`).expect(200);
      await product.manage.post(`/v1/directories/${directoryId}/held/release`).expect(200);
      const released = await product.manage.get(`/v1/events?directoryId=${directoryId}&resourceId=${held}`).expect(200);
      expect(released.body.data.at(-1)).toMatchObject({ type: 'user.deleted', data: { id: held, erased: true } });
      const before = failing.messages.length;
      failing.answer = () => 204;
      product.wait(60 * 60_000);
      const late = await eventually('an erased event is sent', () =>
        failing.messages.slice(before).find(({ event }) => event.data.id === gone),
      );
      expect(JSON.parse(late.raw.toString())).toMatchObject({ data: { id: gone, erased: true } });
      // Not verified as a receiver would: the clock is ahead of the real one.
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = late.headers;
      const sent = new Date(Number(at) * 1000);
      expect(signature).toBe(new Webhook(secrets[1] ?? '').sign(String(id), sent, late.raw.toString()));
    });

    test('of a directory leaves its last event, and nothing that says anything', async () => {
      const { directoryId, gone, there, held, bo, failing, lastSeq, token } = await fill();
      await product.manage.post(`/v1/directories/${directoryId}/setup-links`).expect(201);
      await product.manage.delete(`/v1/directories/${directoryId}`).expect(204);
      await product.manage.delete(`/v1/directories/${directoryId}`).expect(204);
      await settled(directoryId);
      const { body } = await product.manage.get(`/v1/erasures?directoryId=${directoryId}`).expect(200);
      expect(body.data).toMatchObject([{ directoryId, userId: null, state: 'open' }]);
      const id = String(body.data[0].id);
      await product.later(DAY_MS / 2);
      expect(await erasureOf(id)).toMatchObject({ state: 'open', erased: 0 });
      // Deliveries that fail are waited for: for a week.
      await product.later(DAY_MS);
      expect(await erasureOf(id)).toMatchObject({ state: 'open' });
      expect(failing.messages.length).toBeGreaterThan(0);
      await product.later(8 * DAY_MS);
      expect(await erasureOf(id)).toMatchObject({ state: 'done' });
      await eventually('attempts under way have ended', async () => findCanaries(await target.dump()).length === 0);
      for (const userId of [gone, there, held, bo]) expect(find(userId, await target.dump())).toEqual([]);

      const events = await product.manage.get(`/v1/events?directoryId=${directoryId}`).expect(200);
      expect(events.body.data).toMatchObject([{ type: 'directory.deleted', seq: lastSeq + 1 }]);
      const deliveries = await product.manage.get(`/v1/deliveries?directoryId=${directoryId}`).expect(200);
      expect(deliveries.body.data).toEqual([]);
      const directory = await product.manage.get(`/v1/directories/${directoryId}`).expect(200);
      expect(directory.body).toMatchObject({ name: '(erased)', provider: null, state: 'deleted' });
      expect(await target.store.registry.tokens.find({ directoryId }, { limit: 1 })).toEqual([]);
      expect(await target.store.registry.setupLinks.find({ directoryId }, { limit: 1 })).toEqual([]);
      expect(await target.store.journals.requests.list({ directoryId }, { limit: 1 })).toEqual([]);
      expect(token).not.toBe('');
    });
  });
}

describeErasure('erasure on SQLite', sqliteTarget);
if (mongoServer === undefined) skipSuite('erasure on MongoDB', 'MONGODB_URI is not set');
else describeErasure('erasure on MongoDB', mongoTarget);
