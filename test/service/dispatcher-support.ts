import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import request from 'supertest';
import { Webhook } from 'svix';
import { createAdmin } from '../../services/admin/app.js';
import { createFeed } from '../../services/admin/feed.js';
import { createAdminMetrics } from '../../services/admin/metrics.js';
import { createDispatcher, type DispatcherDeps } from '../../services/dispatcher/dispatcher.js';
import { createDispatcherMetrics } from '../../services/dispatcher/metrics.js';
import { adminKeyHash } from '../../shared/config/secrets.js';
import { GENESIS, type Head } from '../../shared/directory/commit.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { createInProcessLog } from '../../shared/event-log/in-process/log.js';
import { storeEvent, type EventDraft, type StoredEvent } from '../../shared/events/envelope.js';
import { newId } from '../../shared/runtime/ids.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import type { Store } from '../../shared/store/port.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { parseSchedule, RETRY_SCHEDULE } from '../../shared/webhooks/schedule.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { INSTALLATION } from '../support/installation.js';
import { NO_WEB } from '../support/no-web.js';

const PARTITIONS = 2;
const KEY = 'the-key-of-the-operator';
const sealer = createSealer(Buffer.alloc(32, 7));

/** A message as a receiver got it. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly event: {
    readonly id: string;
    readonly seq: number;
    readonly type: string;
    readonly data: { readonly id: string };
  };
}

/** Answers a message; a number is a bare status. */
export type Answer = (message: Received, res: ServerResponse, count: number) => number | undefined;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly messages: Received[];
  /** How many requests were open at the same time at most. */
  readonly mostAtOnce: () => number;
  answer: Answer;
  /** Cuts all connections. */
  readonly cut: () => void;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A real HTTP server; ends with the test. */
export async function startReceiver(answer: Answer = () => 204): Promise<Receiver> {
  const messages: Received[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    most = Math.max(most, (open += 1));
    res.on('close', () => (open -= 1));
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const raw = Buffer.concat(chunks);
      const message: Received = { headers: req.headers, raw, event: JSON.parse(raw.toString()) as Received['event'] };
      messages.push(message);
      const status = receiver.answer(message, res, messages.length);
      if (status !== undefined) res.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    messages,
    mostAtOnce: () => most,
    answer,
    cut: () => server.closeAllConnections(),
  };
  return receiver;
}

export const userDraft = (userId: string, type: 'user.created' | 'user.deleted' = 'user.created'): EventDraft => ({
  type,
  data: { id: userId, userName: userId } as never,
  cause: { requestId: 'r' },
});

export const membersDraft = (groupId: string, memberIds: readonly string[]): EventDraft => ({
  type: 'group.members_added',
  data: { group: { id: groupId }, members: memberIds.map((id) => ({ id })) } as never,
  cause: { requestId: 'r' },
});

interface TestDirectory {
  readonly id: string;
  readonly organizationId: string;
  /** Commits events, one commit each, and publishes them. */
  emit(...drafts: EventDraft[]): Promise<StoredEvent[]>;
  /** Commits them without telling the log. */
  commit(...drafts: EventDraft[]): Promise<StoredEvent[]>;
}

export interface DispatcherBench {
  readonly store: Store;
  readonly logged: { level: string; message: string; fields: object }[];
  /** Milliseconds by which the clock is ahead of the real one; moves only when the test says so. */
  ahead: number;
  readonly admin: request.Agent;
  /** Of the dispatcher that was started last. */
  metrics: Registry;
  addDirectory(organizationId?: string): TestDirectory;
  addEndpoint(url: string, more?: object): Promise<{ id: string; secret: string }>;
  /** Starts a dispatcher; answers how to stop it. */
  start(some?: Partial<DispatcherDeps>): () => Promise<void>;
  /** In the order of `seq`. */
  deliveriesOf(endpointId: string): Promise<Delivery[]>;
  /** Their statuses, in the same order. */
  statusesOf(endpointId: string): Promise<string>;
}

/** A SQLite store, the log in it, the management API, and dispatchers when they are started. */
export async function openDispatcherBench(): Promise<DispatcherBench> {
  const store = await openSqliteStore({ dataDir: temporaryFolder() });
  const logged: DispatcherBench['logged'] = [];
  const logger = recorder(logged);
  const log = createInProcessLog({ events: store.events, partitions: PARTITIONS, logger });
  const clock = (): number => Date.now() + bench.ahead;
  const allowCidrs = ['127.0.0.0/8'];
  const courier = createHttpCourier(allowCidrs, clock);
  const deps = { ...store, sealer, clock, logger, courier, allowCidrs };
  const app = createAdmin({
    ...deps,
    publicUrl: 'https://directory.example.com',
    partitions: PARTITIONS,
    web: NO_WEB,
    installation: INSTALLATION,
    adminKeyHash: adminKeyHash(KEY),
    requestsPerSecond: 100_000,
    trustedProxies: [],
    feed: createFeed(store.events, PARTITIONS),
    metrics: createAdminMetrics(new Registry()),
    stopping: new AbortController().signal,
    remap: () => undefined,
  });
  closers.push(
    () => store.close(),
    () => courier.close(),
  );
  const bench: DispatcherBench = {
    store,
    logged,
    ahead: 0,
    metrics: new Registry(),
    admin: request.agent(app).set('authorization', `Bearer ${KEY}`),
    addDirectory(organizationId = 'organization') {
      const directory = newDirectory(store, organizationId);
      return {
        ...directory,
        async emit(...drafts) {
          const events = await directory.commit(...drafts);
          await publishAll(store, log);
          return events;
        },
      };
    },
    async addEndpoint(url, more = {}) {
      const { body } = await bench.admin
        .post('/v1/endpoints')
        .send({ url, ...more })
        .expect(201);
      return body as { id: string; secret: string };
    },
    start(some = {}) {
      const stopping = new AbortController();
      bench.metrics = new Registry();
      const { deliveries, events } = store;
      const { endpoints, replays } = store.registry;
      const dispatcher = createDispatcher({
        ...deps,
        log,
        group: 'dispatcher',
        deliveries,
        events,
        endpoints,
        replays,
        owner: newId(),
        soleOwner: true,
        metrics: createDispatcherMetrics(bench.metrics),
        retrySchedule: parseSchedule(RETRY_SCHEDULE) ?? [],
        ...some,
      });
      const running = dispatcher.run(stopping.signal);
      const stop = async (): Promise<void> => {
        stopping.abort();
        await running;
      };
      closers.push(stop);
      return stop;
    },
    async deliveriesOf(endpointId) {
      const deliveries = await store.deliveries.list({ endpointId }, { limit: 1000 });
      return deliveries.sort((a, b) => a.seq - b.seq);
    },
    async statusesOf(endpointId) {
      return (await bench.deliveriesOf(endpointId)).map(({ status }) => status).join(' ');
    },
  };
  return bench;
}

let directories = 0;

function newDirectory(store: Store, organizationId: string): Omit<TestDirectory, 'emit'> {
  const id = newId();
  const partition = (directories += 1) % PARTITIONS;
  let head: Head = GENESIS;
  return {
    id,
    organizationId,
    async commit(...drafts) {
      const events = drafts.map((draft, index) => {
        const timestamp = new Date().toISOString();
        return storeEvent(draft, {
          id: newId(),
          seq: head.lastSeq + 1 + index,
          timestamp,
          organizationId,
          directoryId: id,
        });
      });
      const at = Math.max(Date.now(), head.at);
      head = { ...head, number: head.number + 1, lastSeq: head.lastSeq + events.length, at };
      const place = { directoryId: id, partition, nonce: newId(), purgeAt: at + 1000 };
      expect(await store.commits.commit({ ...head, ...place, changes: [], events })).toBe('committed');
      return events;
    },
  };
}

/** What a relay does. */
async function publishAll(store: Store, log: DispatcherDeps['log']): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (;;) {
      const commits = await store.outbox.next(partition, 1000);
      if (commits.length === 0) break;
      await log.publish(
        partition,
        commits.flatMap(({ directoryId, events }) =>
          events.map((event) => ({ ...event, directoryId, eventId: event.id })),
        ),
      );
      await store.outbox.markPublished(partition, commits);
    }
  }
}

/** Verifies a message with the svix package; answers its event. */
export const verified = (secret: string, { raw, headers }: Received): unknown =>
  new Webhook(secret).verify(raw, headers as Record<string, string>);

function recorder(lines: DispatcherBench['logged']): Logger {
  const at =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
