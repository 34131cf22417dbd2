import type { DispatcherConfig } from '../../shared/config/config.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { DEADLINE_MS } from '../../shared/destinations/port.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { tracedLog } from '../../shared/event-log/traced.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { openTracing } from '../../shared/runtime/open-tracing.js';
import { behindProbes, createMetrics, createProbes } from '../../shared/runtime/probes.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { serve } from '../../shared/runtime/serve.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import { createTallyCounter } from '../../shared/store/tallies.js';
import { countAttempts } from './count-attempts.js';
import { createDispatcher } from './dispatcher.js';
import { runJanitor } from './janitor/janitor.js';
import { createDispatcherMetrics } from './metrics.js';

/** The `dispatcher` role. */
export async function runDispatcher(config: DispatcherConfig, signal: AbortSignal): Promise<void> {
  const logger = createLogger('dispatcher', config.logLevel);
  const store = await openMongoStore({ uri: config.store.uri, logger });
  const tracing = await openTracing(config.tracing, 'dispatcher');
  const kafka = createKafkaLog({
    ...config.eventLog,
    partitions: config.logPartitions,
    clientId: 'rollcall-dispatcher',
    logger,
  });
  const log = tracedLog(kafka, tracing, systemClock);
  await log.check();
  const metrics = createMetrics('dispatcher');
  const probes = createProbes({ ready: () => store.check(), metrics });
  const { port, closed } = await serve(behindProbes(probes), config.port, signal);
  const courier = createHttpCourier(config.webhookAllowCidrs, systemClock, DEADLINE_MS, tracing);
  const common = { owner: newId(), clock: systemClock, logger };
  const sealer = createSealer(config.encryptionKey, config.formerEncryptionKey);
  const tallies = createTallyCounter(store.tallies, systemClock, logger);
  const dispatcher = createDispatcher({
    ...common,
    log,
    group: 'dispatcher',
    deliveries: store.deliveries,
    events: store.events,
    endpoints: store.registry.endpoints,
    replays: store.registry.replays,
    sealer,
    soleOwner: false,
    retrySchedule: config.retrySchedule,
    courier,
    metrics: countAttempts(createDispatcherMetrics(metrics), tallies),
  });
  const { retention, logPartitions: partitions } = config;
  logger.info({ port }, 'Dispatching.');
  await Promise.all([
    dispatcher.run(signal),
    runJanitor({ ...common, store, retention, partitions, metrics, sealer }, signal),
  ]);
  await tallies.flush();
  await courier.close();
  await closed;
  await log.close();
  await tracing.close();
  await store.close();
}
