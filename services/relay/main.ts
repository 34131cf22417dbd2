import type { RelayConfig } from '../../shared/config/config.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { tracedLog } from '../../shared/event-log/traced.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { openTracing } from '../../shared/runtime/open-tracing.js';
import { behindProbes, createMetrics, createProbes } from '../../shared/runtime/probes.js';
import { serve } from '../../shared/runtime/serve.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import { checkPartitions } from '../../shared/store/check-partitions.js';
import { watchRelayLag } from './metrics.js';
import { createRelay } from './relay.js';

/** The `relay` role. */
export async function runRelay(config: RelayConfig, signal: AbortSignal): Promise<void> {
  const logger = createLogger('relay', config.logLevel);
  const store = await openMongoStore({ uri: config.store.uri, logger });
  const tracing = await openTracing(config.tracing, 'relay');
  const kafka = createKafkaLog({
    ...config.eventLog,
    partitions: config.logPartitions,
    clientId: 'rollcall-relay',
    logger,
  });
  const log = tracedLog(kafka, tracing, systemClock);
  await checkPartitions(store.registry.directories, config.logPartitions);
  await log.check();
  const metrics = createMetrics('relay');
  watchRelayLag(metrics, store.outbox, config.logPartitions, systemClock);
  const probes = createProbes({ ready: () => store.check(), metrics });
  const { port, closed } = await serve(behindProbes(probes), config.port, signal);
  const relay = createRelay({
    outbox: store.outbox,
    leases: store.leases,
    log,
    partitions: config.logPartitions,
    owner: newId(),
    clock: systemClock,
    logger,
  });
  logger.info({ port }, 'Relaying.');
  await relay.run(signal);
  await closed;
  await log.close();
  await tracing.close();
  await store.close();
}
