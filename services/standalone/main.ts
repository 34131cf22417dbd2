import type { RequestListener } from 'node:http';
import { publicUrlOf, type StandaloneConfig } from '../../shared/config/config.js';
import { adminKeyHash, firstAdminKey, storedEncryptionKey } from '../../shared/config/secrets.js';
import { createInProcessLog } from '../../shared/event-log/in-process/log.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../shared/event-log/kafka/topic.js';
import type { EventLog } from '../../shared/event-log/port.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger, type Logger } from '../../shared/runtime/logger.js';
import { createMetrics, createProbes } from '../../shared/runtime/probes.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { serve } from '../../shared/runtime/serve.js';
import { createWakeup } from '../../shared/runtime/wakeup.js';
import { migrateMongo } from '../../shared/store/mongo/migrations.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import type { Store } from '../../shared/store/port.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { createAdmin } from '../admin/app.js';
import { createDispatcher } from '../dispatcher/dispatcher.js';
import { createIngest } from '../ingest/app.js';
import { createWriter } from '../ingest/writer.js';
import { createRelay } from '../relay/relay.js';

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
  const log = await openLog(config, store, logger);
  const firstKey =
    config.adminKey === undefined ? await firstAdminKey(store.registry.adminKeys, systemClock, newId) : undefined;
  const sealer = createSealer(config.encryptionKey ?? storedEncryptionKey(config.dataDir));
  const owner = newId();
  const committed = createWakeup();

  const serving = new AbortController();
  const background = new AbortController();
  const relay = createRelay({
    outbox: store.outbox,
    leases: store.leases,
    log,
    partitions: config.logPartitions,
    owner,
    clock: systemClock,
    logger,
    wakeup: committed,
  });
  const dispatcher = createDispatcher({
    log,
    group: 'dispatcher',
    deliveries: store.deliveries,
    events: store.events,
    endpoints: store.registry.endpoints,
    sealer,
    owner,
    soleOwner: config.store.kind === 'sqlite',
    allowCidrs: config.webhookAllowCidrs,
    clock: systemClock,
    logger,
  });
  const writer = createWriter({ commits: store.commits, clock: systemClock, newId, onCommit: committed.wake });

  // The port may be any free one, and the public URL defaults to it: the apps are made once it is known.
  let handler: RequestListener = (_req, res) => res.writeHead(503).end();
  const { port, closed } = await serve((req, res) => handler(req, res), config.port, serving.signal);
  const publicUrl = publicUrlOf(config, port);
  const common = {
    registry: store.registry,
    commits: store.commits,
    resources: store.resources,
    publicUrl,
    clock: systemClock,
    logger,
  };
  const ingest = createIngest({ ...common, writer, newId });
  const admin = createAdmin({
    ...common,
    events: store.events,
    deliveries: store.deliveries,
    sealer,
    partitions: config.logPartitions,
    allowCidrs: config.webhookAllowCidrs,
    ...(config.adminKey === undefined ? {} : { adminKeyHash: adminKeyHash(config.adminKey) }),
  });
  const probes = createProbes({ ready: () => store.check(), metrics: createMetrics('standalone') });
  handler = (req, res) => {
    if (req.url?.startsWith('/scim/') === true) ingest(req, res);
    else if (!probes(req, res)) admin(req, res);
  };

  const finished = Promise.all([relay.run(background.signal), dispatcher.run(background.signal)]).then(() => undefined);
  return {
    url: `http://localhost:${port}`,
    adminKey: firstKey,
    finished,
    async stop() {
      serving.abort();
      await closed;
      await writer.drained();
      background.abort();
      await finished;
      await log.close();
      await store.close();
    },
  };
}

/** The `standalone` role: says where it is and, on the first start, the admin key, once. */
export async function runStandalone(config: StandaloneConfig, signal: AbortSignal): Promise<void> {
  const standalone = await startStandalone(config);
  const where = config.store.kind === 'sqlite' ? `SQLite in ${config.dataDir}` : 'MongoDB';
  process.stdout.write(`Rollcall is at ${standalone.url} (${where}). Stop it with Ctrl+C.\n`);
  if (standalone.adminKey !== undefined) {
    process.stdout.write(`Admin key, shown this once: ${standalone.adminKey}\n`);
  }
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([stopped, standalone.finished]);
  await standalone.stop();
}

async function openStore(config: StandaloneConfig, logger: Logger): Promise<Store> {
  if (config.store.kind === 'sqlite') return openSqliteStore({ dataDir: config.dataDir });
  await migrateMongo({ uri: config.store.uri });
  return openMongoStore({ uri: config.store.uri, logger });
}

async function openLog(config: StandaloneConfig, store: Store, logger: Logger): Promise<EventLog> {
  const { eventLog, logPartitions: partitions } = config;
  if (eventLog.kind === 'in-process') return createInProcessLog({ events: store.events, partitions, logger });
  await ensureTopic({ ...eventLog, partitions, logger });
  return createKafkaLog({ ...eventLog, partitions, clientId: 'rollcall', logger });
}
