import { v7 } from 'uuid';
import { createWriter } from '../../services/ingest/writer.js';
import { fanOut } from '../../services/dispatcher/fan-out.js';
import type { Command } from '../../shared/directory/command.js';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { readResource } from '../../shared/scim/input.js';
import { GROUP, USER } from '../../shared/scim/schemas/index.js';
import type { AuditEntry } from '../../shared/store/audit.js';
import type { Settlement } from '../../shared/store/deliveries.js';
import type { LogCursor, Store } from '../../shared/store/port.js';
import type { Directory, Endpoint } from '../../shared/store/registry.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import { HOUR_MS, hourOf, INSTALLATION, LATENCIES } from '../../shared/store/tallies.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import type { Delivery, DeliveryStatus } from '../../shared/webhooks/delivery.js';
import { CHUNK, inChunks, publishAll, type Say } from './fill.js';

/** Fills a data folder through the ports of the store: the same rows as requests and deliveries leave behind, without either. */

export interface Filling {
  readonly users: number;
  readonly groups: number;
  readonly membersPerGroup: number;
  /** With those of the users and groups; the others are updates. */
  readonly events: number;
  /** With those that have caused an event; the others read. */
  readonly requests: number;
  readonly auditEntries: number;
  /** Other organizations, each with a directory, and endpoints that are disabled. */
  readonly others: number;
}

/** Events whose deliveries are written at once. */
const EVENTS_PAGE = 1000;
/** How long ago the first request was. */
export const PAST_MS = 2 * 24 * 3_600_000;
/** As many deliveries stay at each of the rarer statuses. */
const RARE_EVERY = 200;
const RARE: readonly DeliveryStatus[] = ['parked', 'retrying', 'blocked', 'held', 'canceled'];
/** A delivery of this many at the end is still waiting. */
const PENDING_SHARE = 0.005;
const LATER_MS = 24 * 3_600_000;
/** Of a list, and of its statistics. */
const SHOWN_AT_ONCE = 100;

/** Of the one directory and the endpoints that the folder has. The server must not run. */
export async function fillFolder(dataDir: string, filling: Filling, say: Say): Promise<void> {
  const store = await openSqliteStore({ dataDir });
  try {
    const [directory] = await store.registry.directories.find({}, { limit: 1 });
    if (directory === undefined) throw new Error(`${dataDir} has no directory`);
    const endpoints = await store.registry.endpoints.find({}, { limit: 100 });
    await writeEvents(store, directory, filling, say);
    await publishAll(store, directory);
    await writeDeliveries(store, directory, endpoints, filling, say);
    await writeReads(store, directory, filling, say);
    await writeAudit(store, directory, filling, say);
    await writeOthers(store, directory, endpoints, filling);
    await writeTallies(store);
  } finally {
    await store.close();
  }
}

/** Time goes on from one chunk to the next, so that ids, which have the time in them, are spread over days. */
function createPast(steps: number): { readonly clock: () => number; readonly newId: () => string; step(): void } {
  const start = Date.now() - PAST_MS;
  let [now, count] = [start, 0];
  return {
    clock: () => now,
    newId: () => v7({ msecs: now, seq: (count += 1) }),
    step: () => void (now = Math.min(now + Math.ceil(PAST_MS / steps), start + PAST_MS)),
  };
}

async function writeEvents(store: Store, directory: Directory, filling: Filling, say: Say): Promise<void> {
  const past = createPast(Math.ceil(filling.events / CHUNK));
  const requests = new Map<string, RequestEntry>();
  const writer = createWriter({
    commits: store.commits,
    clock: past.clock,
    newId: past.newId,
    onCommit: () => undefined,
    onEvents: (requestId, events) => {
      const entry = requests.get(requestId);
      if (entry !== undefined) requests.set(requestId, { ...entry, events: [events] });
    },
  });
  const run = async (commands: readonly Command[]): Promise<void> => {
    for (const command of commands) requests.set(command.requestId, requestOf(command, directory));
    await Promise.all(commands.map((command) => writer.submit(directory, command)));
    await store.journals.requests.append([...requests.values()]);
    requests.clear();
    past.step();
  };
  await run([{ kind: 'activate', requestId: past.newId() }]);
  const ids: string[] = [];
  const create = (number: number): Command => {
    const id = past.newId();
    ids.push(id);
    return { kind: 'create', requestId: past.newId(), type: USER, id, input: readResource(USER, userBody(number, '')) };
  };
  await inChunks(filling.users, CHUNK, say, 'users', (numbers) => run(numbers.map(create)));
  const group = (number: number): Command => {
    const members = Array.from({ length: filling.membersPerGroup }, (_, index) => ({
      value: ids[(number * filling.membersPerGroup + index * 7) % ids.length],
    }));
    const body = { schemas: [GROUP.schema.id], displayName: `Group ${padded(number)}`, members };
    const input = readResource(GROUP, body);
    return { kind: 'create', requestId: past.newId(), type: GROUP, id: past.newId(), input };
  };
  await inChunks(filling.groups, 8, say, 'groups', (numbers) => run(numbers.map(group)));
  const { lastSeq } = await store.commits.head(directory.id);
  const update = (number: number): Command => {
    const input = readResource(
      USER,
      userBody(number % ids.length, `Engineer, level ${Math.floor(number / ids.length) + 2}`),
    );
    const always = { ifMatch: undefined, ifNoneMatch: undefined };
    return {
      kind: 'replace',
      requestId: past.newId(),
      type: USER,
      id: ids[number % ids.length] ?? '',
      input,
      ...always,
    };
  };
  await inChunks(Math.max(filling.events - lastSeq, 0), CHUNK, say, 'updates', (numbers) => run(numbers.map(update)));
}

const padded = (number: number): string => String(number).padStart(6, '0');

/** The user of a number: what searches look for is told here and in console.ts. */
export const userNameOf = (number: number): string => `user-${padded(number)}@bench.example`;
export const displayNameOf = (number: number): string => `Ada Marsh ${padded(number)}`;
export const emailOf = (number: number): string => `mail-${padded(number)}@mail.bench.example`;

const userBody = (number: number, title: string) => ({
  schemas: [USER.schema.id],
  userName: userNameOf(number),
  externalId: `00u${padded(number)}`,
  displayName: displayNameOf(number),
  name: { givenName: 'Ada', familyName: `Marsh ${padded(number)}` },
  emails: [{ value: emailOf(number), type: 'work', primary: true }],
  active: true,
  ...(title !== '' && { title }),
});

const METHODS: { readonly [Kind in Command['kind']]?: string } = { create: 'POST', replace: 'PUT', activate: 'GET' };

const requestOf = ({ kind, requestId }: Command, { id: directoryId }: Directory): RequestEntry => ({
  id: requestId,
  directoryId,
  method: METHODS[kind] ?? 'PATCH',
  path: '/Users',
  status: kind === 'create' ? 201 : 200,
  durationMs: 4,
  scimType: null,
  detail: null,
  userAgent: 'Okta SCIM Client 1.0.0',
  attributes: ['userName', 'emails'],
  events: [],
});

async function writeDeliveries(
  store: Store,
  { id: directoryId, partition }: Directory,
  endpoints: readonly Endpoint[],
  { events: expected }: Filling,
  say: Say,
): Promise<void> {
  let cursor: LogCursor = { position: 0, index: 0 };
  let written = 0;
  for (;;) {
    const found = await store.events.after(partition, cursor, EVENTS_PAGE);
    const last = found.at(-1);
    if (last === undefined) return;
    cursor = last;
    const events = found.map(({ body, position }) => ({
      event: JSON.parse(body) as DirectoryEvent,
      partition,
      offset: position,
    }));
    const isNew = last.seq > expected * (1 - PENDING_SHARE);
    const deliveries = fanOut(events, endpoints, Date.parse(events.at(-1)?.event.timestamp ?? '')).map(
      (delivery, index) => (isNew ? delivery : ended(delivery, written + index)),
    );
    await store.deliveries.insert(deliveries, [{ directoryId, seq: last.seq }]);
    const tried = deliveries.filter(({ attempts }) => attempts > 0);
    await store.deliveries.settle(tried.map(settlementOf), tried[0]?.updatedAt ?? 0);
    written += deliveries.length;
    if (found.length === EVENTS_PAGE && last.seq % (20 * EVENTS_PAGE) < EVENTS_PAGE) say(`  ${written} deliveries …`);
  }
}

function ended(delivery: Delivery, number: number): Delivery {
  const status = number % RARE_EVERY === 0 ? (RARE[(number / RARE_EVERY) % RARE.length] ?? 'parked') : 'delivered';
  const wasTried = status !== 'blocked' && status !== 'held';
  return {
    ...delivery,
    status,
    attempts: wasTried ? 1 : 0,
    // Not due while the folder is measured.
    nextAttemptAt: status === 'retrying' ? Date.now() + LATER_MS : null,
    lastError: wasTried && status !== 'delivered' ? 'The receiver answered 503' : null,
  };
}

function settlementOf({ id, endpointId, status, attempts, nextAttemptAt, lastError, createdAt }: Delivery): Settlement {
  const answered = { status: lastError === null ? 204 : 503, error: lastError, response: '' };
  const attempt = {
    id: v7({ msecs: createdAt }),
    deliveryId: id,
    endpointId,
    startedAt: createdAt,
    durationMs: 12,
    ...answered,
  };
  return { deliveryId: id, attempt, status, attempts, nextAttemptAt, lastError };
}

/** What an identity provider asks without changing anything. */
async function writeReads(store: Store, directory: Directory, { requests, events }: Filling, say: Say): Promise<void> {
  const count = Math.max(requests - events, 0);
  const past = createPast(Math.ceil(count / CHUNK));
  await inChunks(count, CHUNK, say, 'requests', async (numbers) => {
    const reads = numbers.map(() => requestOf({ kind: 'activate', requestId: past.newId() }, directory));
    await store.journals.requests.append(reads);
    past.step();
  });
}

async function writeAudit(store: Store, directory: Directory, { auditEntries }: Filling, say: Say): Promise<void> {
  const past = createPast(Math.ceil(auditEntries / CHUNK));
  const entry = (number: number): AuditEntry => ({
    id: past.newId(),
    actor: 'operator',
    actorName: 'operator',
    action: number % 10 === 0 ? 'token.created' : 'directory.updated',
    subject: { type: 'directory', id: directory.id },
    organizationId: directory.organizationId,
    directoryId: directory.id,
    requestId: past.newId(),
    address: '127.0.0.1',
    outcome: 'done',
    before: { name: `Name ${number}` },
    after: { name: `Name ${number + 1}` },
  });
  await inChunks(auditEntries, CHUNK, say, 'audit entries', async (numbers) => {
    await store.journals.audit.append(numbers.map(entry));
    past.step();
  });
}

async function writeOthers(
  { registry }: Store,
  directory: Directory,
  [endpoint]: readonly Endpoint[],
  { others }: Filling,
): Promise<void> {
  for (let number = 0; number < others; number += 1) {
    const { createdAt, updatedAt } = directory;
    const organization = { id: v7(), version: 1, createdAt, updatedAt, name: `Customer ${padded(number)}` };
    await registry.organizations.insert(organization);
    await registry.directories.insert({ ...directory, id: v7(), organizationId: organization.id, name: 'Okta' });
    if (endpoint !== undefined && number < SHOWN_AT_ONCE) {
      await registry.endpoints.insert({ ...endpoint, id: v7(), organizationId: organization.id, enabled: false });
    }
  }
}

/** A week of statistics of what the console shows at once. */
async function writeTallies({ registry, tallies }: Store): Promise<void> {
  const [directories, endpoints] = await Promise.all([
    registry.directories.find({}, { limit: SHOWN_AT_ONCE }),
    registry.endpoints.find({}, { limit: SHOWN_AT_ONCE }),
  ]);
  const latencies = Object.fromEntries(LATENCIES.map(([, name]) => [name, 100]));
  for (let hours = 0; hours < 168; hours += 1) {
    const hour = hourOf(Date.now()) - hours * HOUR_MS;
    await tallies.add([
      { subject: INSTALLATION, hour, counts: { requests: 6000, events: 1500, attempts: 6000 } },
      ...directories.map(({ id }) => ({
        ...{
          subject: id,
          hour,
          counts: { requests: 60, events: 15, errors: 1, lastRequestAt: hour, lastErrorAt: hour },
        },
      })),
      ...endpoints.map(({ id }) => ({
        ...{ subject: id, hour, counts: { succeeded: 999, failed: 1, lastSuccessAt: hour, ...latencies } },
      })),
    ]);
  }
}
