import { readBranding } from '../../shared/config/branding.js';
import { publicUrlOf, type AdminConfig } from '../../shared/config/config.js';
import { adminKeyHash } from '../../shared/config/secrets.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { behindProbes, createMetrics, createProbes } from '../../shared/runtime/probes.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { serve } from '../../shared/runtime/serve.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import { createAdmin } from './app.js';
import { createFeed } from './feed.js';
import { createAdminMetrics } from './metrics.js';
import { webFolder } from './pages.js';
import { createRemapper } from './remap.js';

/** The `admin` role. */
export async function runAdmin(config: AdminConfig, signal: AbortSignal): Promise<void> {
  const logger = createLogger('admin', config.logLevel);
  const app = readBranding(config.app);
  const store = await openMongoStore({ uri: config.store.uri, logger });
  const courier = createHttpCourier(config.webhookAllowCidrs, systemClock);
  const { registry, commits, resources } = store;
  const remapper = createRemapper({ registry, commits, resources, clock: systemClock, logger }, signal);
  const metrics = createMetrics('admin');
  const admin = createAdmin({
    metrics: createAdminMetrics(metrics),
    courier,
    remap: (directoryId) => remapper.start(directoryId),
    registry: store.registry,
    journals: store.journals,
    tallies: store.tallies,
    commits: store.commits,
    resources: store.resources,
    held: store.held,
    events: store.events,
    deliveries: store.deliveries,
    outbox: store.outbox,
    describe: store.describe,
    installation: { eventLog: 'kafka', retention: config.retention },
    sealer: createSealer(config.encryptionKey, config.formerEncryptionKey),
    publicUrl: publicUrlOf(config, config.port),
    web: { folder: webFolder(), app },
    partitions: config.logPartitions,
    adminKeyHash: adminKeyHash(config.adminKey),
    requestsPerSecond: config.requestsPerSecond,
    trustedProxies: config.trustedProxies,
    allowCidrs: config.webhookAllowCidrs,
    feed: createFeed(store.events, config.logPartitions),
    stopping: signal,
    clock: systemClock,
    logger,
  });
  const probes = createProbes({ ready: () => store.check(), metrics });
  const { port, closed } = await serve(behindProbes(probes, admin), config.port, signal);
  logger.info({ port }, 'Ready for management.');
  await closed;
  await courier.close();
  await remapper.idle();
  await store.close();
}
