import type { RequestListener } from 'node:http';
import type { Registry } from 'prom-client';
import { readBranding, type Branding } from '../../shared/config/branding.js';
import { publicUrlOf, type StandaloneConfig } from '../../shared/config/config.js';
import { adminKeyHash, firstAdminKey, storedEncryptionKey } from '../../shared/config/secrets.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { DEADLINE_MS, type Courier } from '../../shared/destinations/port.js';
import { createInProcessLog } from '../../shared/event-log/in-process/log.js';
import type { EventLog } from '../../shared/event-log/port.js';
import { tracedLog } from '../../shared/event-log/traced.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger, type Logger } from '../../shared/runtime/logger.js';
import { openTracing } from '../../shared/runtime/open-tracing.js';
import { behindProbes, createMetrics, createProbes } from '../../shared/runtime/probes.js';
import type { Tracing } from '../../shared/runtime/tracing.js';
import { createSealer, type Sealer } from '../../shared/runtime/seal.js';
import { serve, type Serving } from '../../shared/runtime/serve.js';
import { beSoleProcess, type SoleProcess } from '../../shared/store/sole-process.js';
import { checkPartitions } from '../../shared/store/check-partitions.js';
import type { Store } from '../../shared/store/port.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { createTallyCounter, type TallyCounter } from '../../shared/store/tallies.js';
import { createAdmin } from '../admin/app.js';
import { createFeed, type Feed } from '../admin/feed.js';
import { webFolder } from '../admin/pages.js';
import { createAdminMetrics } from '../admin/metrics.js';
import { createRemapper, type Remapper } from '../admin/remap.js';
import { countAttempts } from '../dispatcher/count-attempts.js';
import { createDispatcher, type Dispatcher } from '../dispatcher/dispatcher.js';
import { runJanitor } from '../dispatcher/janitor/janitor.js';
import { createDispatcherMetrics } from '../dispatcher/metrics.js';
import { createIngest } from '../ingest/app.js';
import { countRequests } from '../ingest/count-requests.js';
import { createIngestMetrics, type IngestMetrics } from '../ingest/metrics.js';
import { traceCommit } from '../ingest/trace.js';
import { createRequestLog, type RequestLog } from '../ingest/request-log.js';
import { createWriter, type CommitCost, type Writer } from '../ingest/writer.js';
import { watchRelayLag } from '../relay/metrics.js';
import { createRelay, type Relay } from '../relay/relay.js';
import { tellOfCommits, tellOfOperators } from './telling.js';

export interface Standalone {
  readonly url: string;
  /** The management API's key, when this start made it: shown once. */
  readonly adminKey: string | undefined;
  /** Drains: requests under way are answered, attempts under way are settled. */
  stop(): Promise<void>;
  /** Rejects when a role fails; resolves after `stop`. */
  readonly finished: Promise<void>;
}

/** All roles in one process on one port. */
export async function startStandalone(config: StandaloneConfig): Promise<Standalone> {
  const logger = createLogger('standalone', config.logLevel);
  const store = await openStore(config, logger);
  let sole: SoleProcess | undefined;
  try {
    sole = needsDatabaseAlone(config)
      ? await beSoleProcess(store.leases, { owner: newId(), clock: systemClock, logger })
      : undefined;
    return await startOn(config, store, sole, logger);
  } catch (error) {
    // A folder that stays locked, or a connection, would outlive the failure.
    await sole?.release();
    await store.close();
    throw error;
  }
}

/** A data folder has a lock of its own, and with Kafka, partitions are shared out. */
const needsDatabaseAlone = ({ store, eventLog }: StandaloneConfig): boolean =>
  store.kind === 'mongodb' && eventLog.kind === 'in-process';

async function startOn(
  config: StandaloneConfig,
  store: Store,
  sole: SoleProcess | undefined,
  logger: Logger,
): Promise<Standalone> {
  const serving = new AbortController();
  const parts = await createParts(config, store, logger, serving.signal);
  const { log, tracing, courier, writer, requestLog, tallies } = parts;
  const background = new AbortController();
  // The port may be any free one, and the public URL defaults to it: the apps are made once it is known.
  let handler: RequestListener = (_req, res) => res.writeHead(503).end();
  const { port, closed, adopt } = await serve((req, res) => handler(req, res), config.port, serving.signal);
  // Made only now, because it is shown only when the start succeeds.
  const adminKey =
    config.adminKey === undefined ? await firstAdminKey(store.registry.adminKeys, systemClock, newId) : undefined;
  const { registry, commits, resources } = store;
  const remapper = createRemapper({ registry, commits, resources, clock: systemClock, logger }, background.signal);
  handler = createHandler(parts, remapper, publicUrlOf(config, port), adopt);
  const running = runInBackground(parts, background.signal);
  const finished = sole === undefined ? running : Promise.race([running, sole.lost]);
  return {
    url: `http://localhost:${port}`,
    adminKey,
    finished,
    async stop() {
      serving.abort();
      await closed;
      await writer.drained();
      await requestLog.flush();
      background.abort();
      await running;
      await tallies.flush();
      await courier.close();
      await remapper.idle();
      await log.close();
      await tracing.close();
      await sole?.release();
      await store.close();
    },
  };
}

/** What the roles share. */
interface Parts {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  readonly store: Store;
  readonly log: EventLog;
  readonly tracing: Tracing;
  readonly sealer: Sealer;
  readonly courier: Courier;
  readonly writer: Writer;
  readonly requestLog: RequestLog;
  readonly tallies: TallyCounter;
  readonly relay: Relay;
  readonly dispatcher: Dispatcher;
  /** Of the leases of the background work. */
  readonly owner: string;
  readonly metrics: Registry;
  readonly ingestMetrics: IngestMetrics;
  /** Woken after each commit, for those who wait for events. */
  readonly feed: Feed;
  readonly app: Branding;
  readonly stopping: AbortSignal;
}

async function createParts(
  config: StandaloneConfig,
  store: Store,
  logger: Logger,
  stopping: AbortSignal,
): Promise<Parts> {
  const { logPartitions: partitions } = config;
  const app = readBranding(config.app);
  const { registry, journals, outbox, leases, events } = store;
  await checkPartitions(registry.directories, partitions);
  const tracing = await openTracing(config.tracing, 'standalone');
  const log = tracedLog(await openLog(config, store, logger), tracing, systemClock);
  await log.check();
  const sealer = createSealer(config.encryptionKey ?? storedEncryptionKey(config.dataDir), config.formerEncryptionKey);
  const owner = newId();
  const isAlwaysWoken = config.store.kind === 'sqlite';
  const relay = createRelay({ outbox, leases, log, owner, partitions, isAlwaysWoken, clock: systemClock, logger });
  const feed = createFeed(events, partitions);
  const metrics = createMetrics('standalone');
  const ingestMetrics = createIngestMetrics(metrics);
  const onCommit = (_partition: number, cost: CommitCost): void => {
    ingestMetrics.committed(cost.requests, cost.seconds);
    traceCommit(tracing, cost, systemClock());
  };
  const commits = tellOfCommits(store.commits, (partition) => {
    relay.wake(partition);
    feed.wake();
  });
  const tallies = createTallyCounter(store.tallies, systemClock, logger);
  const requestLog = createRequestLog(countRequests(journals.requests, tallies), logger, ingestMetrics);
  const writer = createWriter({ commits, clock: systemClock, newId, onCommit, onEvents: requestLog.caused });
  watchRelayLag(metrics, outbox, partitions, systemClock);
  const courier = createHttpCourier(config.webhookAllowCidrs, systemClock, DEADLINE_MS, tracing);
  const dispatcher = createDispatcher({
    ...{ log, events, sealer, courier, owner, logger, clock: systemClock, group: 'dispatcher' },
    ...{ deliveries: store.deliveries, endpoints: registry.endpoints, replays: registry.replays },
    soleOwner: config.store.kind === 'sqlite',
    retrySchedule: config.retrySchedule,
    metrics: countAttempts(createDispatcherMetrics(metrics), tallies),
  });
  return {
    ...{ config, logger, log, tracing, sealer, courier, writer, requestLog, tallies, relay, dispatcher, owner },
    ...{ metrics, ingestMetrics, feed, app, stopping },
    store: { ...store, commits },
  };
}

/** SCIM under /scim/, probes, and the management API for the rest. */
function createHandler(
  {
    config,
    logger,
    store,
    tracing,
    sealer,
    courier,
    writer,
    requestLog,
    dispatcher,
    metrics,
    ingestMetrics,
    feed,
    app,
    stopping,
  }: Parts,
  remapper: Remapper,
  publicUrl: string,
  adopt: Serving['adopt'],
): RequestListener {
  const { journals, tallies, commits, resources, held, events, outbox, describe } = store;
  const { deliveries, registry } = tellOfOperators(store, () => dispatcher.look());
  const { logPartitions: partitions, webhookAllowCidrs: allowCidrs, requestsPerSecond, retention } = config;
  const { trustedProxies, certificateHeader, scimRequestsPerSecond } = config;
  const installation = { eventLog: config.eventLog.kind, retention };
  const common = { registry, commits, resources, publicUrl, trustedProxies, clock: systemClock, logger };
  const pacing = { requestsPerSecond: scimRequestsPerSecond };
  const scim = { writer, requestLog, metrics: ingestMetrics, certificateHeader, ...pacing };
  const ingest = createIngest({ ...common, ...scim, tracing, newId });
  adopt(ingest);
  const key = config.adminKey === undefined ? {} : { adminKeyHash: adminKeyHash(config.adminKey) };
  const reading = { journals, tallies, held, events, deliveries, outbox, describe, installation, feed, stopping };
  const limits = { requestsPerSecond, allowCidrs, web: { folder: webFolder(), app } };
  const remap = (directoryId: string): void => remapper.start(directoryId);
  const working = { sealer, courier, partitions, remap, metrics: createAdminMetrics(metrics) };
  const admin = createAdmin({ ...common, ...reading, ...working, ...limits, ...key });
  const probes = createProbes({ ready: () => store.check(), metrics });
  const outsideScim = behindProbes(probes, admin);
  return (req, res) => (req.url?.startsWith('/scim/') === true ? ingest : outsideScim)(req, res);
}

/** Relays, dispatches and purges until `signal` aborts. */
async function runInBackground(
  { config, logger, store, sealer, relay, dispatcher, owner, metrics }: Parts,
  signal: AbortSignal,
): Promise<void> {
  const { retention, logPartitions: partitions } = config;
  const janitor = { store, retention, partitions, owner, clock: systemClock, logger, metrics, sealer };
  await Promise.all([relay.run(signal), dispatcher.run(signal), runJanitor(janitor, signal)]);
}

/** The `standalone` role: says where it is and, on the first start, the admin key, once. */
export async function runStandalone(config: StandaloneConfig, signal: AbortSignal): Promise<void> {
  const standalone = await startStandalone(config);
  const where = config.store.kind === 'sqlite' ? `SQLite in ${config.dataDir}` : 'MongoDB';
  process.stdout.write(`Rollcall is at ${standalone.url} (${where}). Stop it with Ctrl+C.\n`);
  process.stdout.write(`The console is at ${standalone.url}/console; sign in with an admin key.\n`);
  if (standalone.adminKey !== undefined) {
    process.stdout.write(`Admin key, shown this once: ${standalone.adminKey}\n`);
  }
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([stopped, standalone.finished]);
  } finally {
    await standalone.stop();
  }
}

async function openStore(config: StandaloneConfig, logger: Logger): Promise<Store> {
  if (config.store.kind === 'sqlite') return openSqliteStore({ dataDir: config.dataDir });
  // Drivers that are not used would take a third of the memory.
  const [{ migrateMongo }, { openMongoStore }] = await Promise.all([
    import('../../shared/store/mongo/migrations.js'),
    import('../../shared/store/mongo/store.js'),
  ]);
  await migrateMongo({ uri: config.store.uri });
  return openMongoStore({ uri: config.store.uri, logger });
}

async function openLog(config: StandaloneConfig, store: Store, logger: Logger): Promise<EventLog> {
  const { eventLog, logPartitions: partitions } = config;
  if (eventLog.kind === 'in-process') return createInProcessLog({ events: store.events, partitions, logger });
  const [{ ensureTopic }, { createKafkaLog }] = await Promise.all([
    import('../../shared/event-log/kafka/topic.js'),
    import('../../shared/event-log/kafka/log.js'),
  ]);
  await ensureTopic({ ...eventLog, partitions, logger });
  return createKafkaLog({ ...eventLog, partitions, clientId: 'rollcall', logger });
}
