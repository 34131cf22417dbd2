import { publicUrlOf, type IngestConfig } from '../../shared/config/config.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { openTracing } from '../../shared/runtime/open-tracing.js';
import { behindProbes, createMetrics, createProbes } from '../../shared/runtime/probes.js';
import { serve } from '../../shared/runtime/serve.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import { createTallyCounter } from '../../shared/store/tallies.js';
import { createIngest } from './app.js';
import { countRequests } from './count-requests.js';
import { createIngestMetrics } from './metrics.js';
import { createRequestLog } from './request-log.js';
import { traceCommit } from './trace.js';
import { createWriter } from './writer.js';

/** The `ingest` role. It needs the store alone: the relay finds its commits by polling. */
export async function runIngest(config: IngestConfig, signal: AbortSignal): Promise<void> {
  const logger = createLogger('ingest', config.logLevel);
  const store = await openMongoStore({ uri: config.store.uri, logger });
  const { registry, commits, resources } = store;
  const tracing = await openTracing(config.tracing, 'ingest');
  const registryOfMetrics = createMetrics('ingest');
  const metrics = createIngestMetrics(registryOfMetrics);
  const tallies = createTallyCounter(store.tallies, systemClock, logger);
  const requestLog = createRequestLog(countRequests(store.journals.requests, tallies), logger, metrics);
  const common = { commits, clock: systemClock, newId };
  const writer = createWriter({
    ...common,
    onCommit(_partition, cost) {
      metrics.committed(cost.requests, cost.seconds);
      traceCommit(tracing, cost, systemClock());
    },
    onEvents: requestLog.caused,
  });
  const publicUrl = publicUrlOf(config, config.port);
  const ingest = createIngest({
    ...common,
    registry,
    resources,
    writer,
    requestLog,
    metrics,
    tracing,
    publicUrl,
    trustedProxies: config.trustedProxies,
    certificateHeader: config.certificateHeader,
    requestsPerSecond: config.scimRequestsPerSecond,
    logger,
  });
  const probes = createProbes({ ready: () => store.check(), metrics: registryOfMetrics });
  const { port, closed, adopt } = await serve(behindProbes(probes, ingest), config.port, signal);
  adopt(ingest);
  logger.info({ port }, 'Ready for SCIM.');
  await closed;
  await writer.drained();
  await requestLog.flush();
  await tallies.flush();
  await tracing.close();
  await store.close();
}
