import { publicUrlOf, type IngestConfig } from '../../shared/config/config.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { behindProbes, createMetrics, createProbes } from '../../shared/runtime/probes.js';
import { serve } from '../../shared/runtime/serve.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import { createIngest } from './app.js';
import { createWriter } from './writer.js';

/** The `ingest` role. It needs the store alone: the relay finds its commits by polling. */
export async function runIngest(config: IngestConfig, signal: AbortSignal): Promise<void> {
  const logger = createLogger('ingest', config.logLevel);
  const store = await openMongoStore({ uri: config.store.uri, logger });
  const { registry, commits, resources } = store;
  const writer = createWriter({ commits, clock: systemClock, newId, onCommit: () => undefined });
  const publicUrl = publicUrlOf(config, config.port);
  const ingest = createIngest({ registry, commits, resources, writer, publicUrl, clock: systemClock, newId, logger });
  const probes = createProbes({ ready: () => store.check(), metrics: createMetrics('ingest') });
  const { port, closed, adopt } = await serve(behindProbes(probes, ingest), config.port, signal);
  adopt(ingest);
  logger.info({ port }, 'Ready for SCIM.');
  await closed;
  await writer.drained();
  await store.close();
}
