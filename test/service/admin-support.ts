import path from 'node:path';
import type { Express } from 'express';
import { Registry } from 'prom-client';
import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import type { AdminDeps } from '../../services/admin/deps.js';
import { createFeed, type Feed } from '../../services/admin/feed.js';
import { createAdminMetrics } from '../../services/admin/metrics.js';
import { createRemapper } from '../../services/admin/remap.js';
import { adminKeyHash } from '../../shared/config/secrets.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import type { Change, Commit } from '../../shared/directory/commit.js';
import type { StoredEvent } from '../../shared/events/envelope.js';
import type { ResourceRow } from '../../shared/directory/resource.js';
import { newId } from '../../shared/runtime/ids.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { createSealer } from '../../shared/runtime/seal.js';
import type { Store } from '../../shared/store/port.js';
import { INSTALLATION } from '../support/installation.js';
import { NO_WEB } from '../support/no-web.js';
import { openSqlite, type OpenStore } from '../support/stores.js';

export const KEY = 'the-key-of-the-operator';
export const PARTITIONS = 3;
const WEB = path.join(__dirname, '../fixtures/web');
export const sealer = createSealer(Buffer.alloc(32, 5));

/** The management API on a store of its own, and a clock that stands still until it is moved. */
export interface Bench {
  readonly app: Express;
  /** What the app has of the world. */
  readonly deps: AdminDeps;
  readonly store: Store;
  readonly feed: Feed;
  readonly stopping: AbortController;
  readonly logged: object[];
  readonly metrics: Registry;
  now: number;
  get(url: string): request.Test;
  post(url: string, body?: object): request.Test;
  put(url: string, body: object): request.Test;
  patch(url: string, body: object): request.Test;
  delete(url: string): request.Test;
  close(): Promise<void>;
}

export async function openBench(open: OpenStore = openSqlite): Promise<Bench> {
  const store = await open();
  const logged: object[] = [];
  const feed = createFeed(store.events, PARTITIONS);
  const stopping = new AbortController();
  const metrics = new Registry();
  const courier = createHttpCourier(['127.0.0.0/8'], () => bench.now);
  const deps: AdminDeps = {
    courier,
    ...store,
    sealer,
    publicUrl: 'https://directory.example.com',
    partitions: PARTITIONS,
    web: { ...NO_WEB, folder: WEB },
    installation: INSTALLATION,
    adminKeyHash: adminKeyHash(KEY),
    requestsPerSecond: 100_000,
    trustedProxies: [],
    allowCidrs: ['127.0.0.0/8'],
    feed,
    stopping: stopping.signal,
    metrics: createAdminMetrics(metrics),
    remap: (directoryId) => remapper.start(directoryId),
    clock: () => bench.now,
    logger: recorder(logged),
  };
  const work = new AbortController();
  const remapper = createRemapper({ ...store, clock: () => bench.now, logger: recorder(logged) }, work.signal);
  const signed = (test: request.Test): request.Test => test.set('authorization', `Bearer ${KEY}`);
  const app = createAdmin(deps);
  const bench: Bench = {
    app,
    deps,
    store,
    feed,
    stopping,
    logged,
    metrics,
    now: Date.UTC(2030, 0, 1),
    get: (url) => signed(request(app).get(url)),
    post: (url, body) => signed(request(app).post(url)).send(body),
    put: (url, body) => signed(request(app).put(url)).send(body),
    patch: (url, body) => signed(request(app).patch(url)).send(body),
    delete: (url) => signed(request(app).delete(url)),
    async close() {
      await courier.close();
      work.abort();
      await remapper.idle();
      await store.close();
    },
  };
  return bench;
}

function recorder(lines: object[]): Logger {
  const write = (fields: object, message: string): void => void lines.push({ ...fields, message });
  return { debug: write, info: write, warn: write, error: write };
}

/** A problem as RFC 9457 has it, with our own fields. */
export function expectProblem(answer: request.Response, status: number, code: string, detail?: string | RegExp): void {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const body: unknown = JSON.parse(answer.text);
  expect(body).toMatchObject({
    type: `urn:rollcall:problem:${code}`,
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/[.?]$/),
    requestId: answer.headers['x-request-id'],
  });
  expect(answer.status).toBe(status);
  if (detail !== undefined) expect(answer.body.detail).toMatch(detail);
}

export async function newOrganization(bench: Bench, name = 'Acme'): Promise<string> {
  const { body } = await bench.post('/v1/organizations', { name }).expect(201);
  return String(body.id);
}

export interface MadeDirectory {
  readonly id: string;
  readonly organizationId: string;
  readonly token: string;
  readonly partition: number;
}

export async function newDirectory(bench: Bench, organizationId?: string): Promise<MadeDirectory> {
  const organization = organizationId ?? (await newOrganization(bench));
  const { body } = await bench.post('/v1/directories', { organizationId: organization, name: 'Okta' }).expect(201);
  const partition = (await bench.store.registry.directories.get(String(body.id)))?.partition ?? -1;
  return { id: String(body.id), organizationId: organization, token: String(body.token), partition };
}

/** The `data` of a list. */
export const rows = (answer: request.Response): Record<string, unknown>[] =>
  answer.body.data as Record<string, unknown>[];

/** What the next commit of a directory is made of. */
export interface Content {
  readonly resources?: readonly ResourceRow[];
  readonly types?: readonly string[];
  /** Left out: as they were. */
  readonly counts?: Commit['counts'];
}

/** Commits resources and events as ingest would. */
export async function commit(
  bench: Bench,
  directory: MadeDirectory,
  { resources = [], types = [], counts }: Content,
): Promise<StoredEvent[]> {
  const head = await bench.store.commits.head(directory.id);
  const events = types.map((type, place) => {
    const [id, seq] = [newId(), head.lastSeq + place + 1];
    const { id: directoryId, organizationId } = directory;
    return { id, type, seq, body: JSON.stringify({ id, type, organizationId, directoryId, seq, data: { n: 1.5 } }) };
  });
  const changes = resources.map((resource): Change => ({ kind: 'put', resource, isNew: true }));
  const next: Commit = {
    ...head,
    directoryId: directory.id,
    partition: directory.partition,
    number: head.number + 1,
    lastSeq: head.lastSeq + events.length,
    at: bench.now,
    counts: counts ?? head.counts,
    nonce: newId(),
    purgeAt: bench.now,
    changes,
    events,
  };
  expect(await bench.store.commits.commit(next)).toBe('committed');
  return events;
}

/** Publishes what waits, as the relay would. */
export async function publish(store: Store): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (;;) {
      const commits = await store.outbox.next(partition, 100);
      if (commits.length === 0) break;
      await store.outbox.markPublished(partition, commits);
    }
  }
}
