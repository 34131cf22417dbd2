import type { RelayConfig } from '../../../shared/config/config.js';
import { ensureTopic } from '../../../shared/event-log/kafka/topic.js';
import { createLogger } from '../../../shared/runtime/logger.js';
import { migrateMongo } from '../../../shared/store/mongo/migrations.js';

/** `rollcall migrate`: the store's schema and the topic, made or brought up to date. */
export async function runMigrate(config: RelayConfig): Promise<void> {
  const logger = createLogger('migrate', config.logLevel);
  await migrateMongo({ uri: config.store.uri });
  await ensureTopic({ ...config.eventLog, partitions: config.logPartitions, logger });
  process.stdout.write(
    `MongoDB and the topic ${config.eventLog.topic} (${config.logPartitions} partitions) are ready.\n`,
  );
}
