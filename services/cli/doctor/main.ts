import { loadConfig, type Configs } from '../../../shared/config/config.js';
import type { Environment } from '../../../shared/config/env.js';
import type { Role } from '../../../shared/config/variable.js';
import type { KafkaLogConfig } from '../../../shared/config/kafka.js';
import { encryptionKeyIn } from '../../../shared/config/secrets.js';
import { certificateReader } from '../../../shared/destinations/http/certificate.js';
import { inspectTopic } from '../../../shared/event-log/kafka/inspect.js';
import { systemClock } from '../../../shared/runtime/clock.js';
import { createLogger } from '../../../shared/runtime/logger.js';
import { createSealer, type Sealer } from '../../../shared/runtime/seal.js';
import { inspectMongo } from '../../../shared/store/mongo/inspect.js';
import type { StoreReader } from '../../../shared/store/port.js';
import { findAll } from '../../../shared/store/registry.js';
import { inspectSqlite } from '../../../shared/store/sqlite/inspect.js';
import { EXIT_CONFIG } from '../exit-codes.js';
import { attempt } from './attempt.js';
import { checksOf } from './checks.js';
import { exitCodeOf, failure, ok, type Finding } from './finding.js';
import { lookAtFolder } from './look-at-folder.js';
import type { Report } from './report.js';
import { judgeFolder, judgeHolder } from './verdicts/folder.js';
import {
  judgeDeployment,
  judgeServerClock,
  judgeVersion,
  noDatabase,
  olderInMongo,
  olderInSqlite,
} from './verdicts/store.js';
import { judgeReading, judgeTopic, UNREAD_AGES } from './verdicts/topic.js';

export interface DoctorOptions {
  /** Whose configuration the environment is taken for. */
  readonly role: Role;
  /** No endpoint's host is asked for its certificate. */
  readonly isOffline: boolean;
}

type Config = Configs[Role];

/** The dispatchers' consumer group. */
const GROUP = 'dispatcher';
const HANDSHAKE_MS = 5000;

/** What the drivers would log is found, or is no matter. */
const logger = createLogger('doctor', 'silent');

/**
 * Looks at what a role with this environment depends on, and writes nothing but the report. Answers the exit code: 0 when nothing
 * fails, 1 when something does, 78 when the configuration is wrong.
 */
export async function runDoctor({ role, isOffline }: DoctorOptions, env: Environment, report: Report): Promise<number> {
  const loaded = loadConfig(role, env);
  if ('problems' in loaded) {
    report.add(loaded.problems.map((problem) => failure('configuration', problem)));
    report.end();
    return EXIT_CONFIG;
  }
  await examine(loaded.config, isOffline, report);
  report.end();
  return exitCodeOf(report.findings);
}

async function examine(config: Config, isOffline: boolean, report: Report): Promise<void> {
  report.add([configured(config)]);
  if (needsFolder(config)) await attempt(report, 'data folder', async () => lookAtData(config.dataDir));
  const opened = await attempt(report, 'store', () => openStore(config));
  if ('eventLog' in config && config.eventLog.kind === 'kafka') {
    const { logPartitions, eventLog } = config;
    await attempt(report, 'topic', () => lookAtTopic(eventLog, logPartitions));
  }
  const key = await attempt(report, 'encryption key', async () => readKey(config));
  const store = opened?.reader;
  if (store === undefined) return;
  const log = await attempt(report, 'log partitions', () => countPartitions(config, store));
  const subject = {
    store,
    partitions: log?.partitions ?? 0,
    group: 'eventLog' in config && config.eventLog.kind === 'in-process' ? GROUP : undefined,
    key: 'encryptionKey' in config ? key : undefined,
    certificateOf:
      isOffline || !('webhookAllowCidrs' in config)
        ? undefined
        : certificateReader(config.webhookAllowCidrs, HANDSHAKE_MS),
    clock: systemClock,
  };
  for (const { what, look } of checksOf(subject)) {
    await attempt(report, what, async () => ({ findings: await look() }));
  }
  await store.close();
}

function configured(config: Config): Finding {
  const store = config.store.kind === 'sqlite' ? 'SQLite' : 'MongoDB';
  const log = 'eventLog' in config ? `, event log in ${config.eventLog.kind === 'kafka' ? 'Kafka' : 'the store'}` : '';
  return ok('configuration', `complete for the role ${config.role}: ${store}${log}`);
}

/** Of a standalone process it has the database, the encryption key, or both. */
const needsFolder = (config: Config): config is Configs['standalone'] =>
  config.role === 'standalone' && (config.store.kind === 'sqlite' || config.encryptionKey === undefined);

const lookAtData = (dataDir: string) => ({ findings: [judgeFolder(lookAtFolder(dataDir))] });

interface OpenedStore {
  readonly findings: readonly Finding[];
  /** Undefined where there is nothing that this version could read. */
  readonly reader: StoreReader | undefined;
}

async function openStore(config: Config): Promise<OpenedStore> {
  if (config.role !== 'standalone') return openMongo(config.store.uri);
  const { store, dataDir } = config;
  return store.kind === 'sqlite' ? openSqlite(dataDir) : openMongo(store.uri);
}

async function openMongo(uri: string): Promise<OpenedStore> {
  const { deployment, clock, version, reader } = await inspectMongo(uri, logger);
  const schema = judgeVersion(version, olderInMongo);
  return { findings: [judgeDeployment(deployment), judgeServerClock(clock), schema], reader };
}

function openSqlite(dataDir: string): OpenedStore {
  const { file, isHeld, database } = inspectSqlite(dataDir);
  const schema = database === undefined ? noDatabase(file) : judgeVersion(database.version, olderInSqlite);
  return { findings: [judgeHolder(isHeld), schema], reader: database?.reader };
}

async function lookAtTopic(
  log: KafkaLogConfig,
  partitions: number,
): Promise<{ readonly findings: readonly Finding[] }> {
  const options = { ...log, group: GROUP, ages: UNREAD_AGES, now: systemClock(), clientId: 'rollcall-doctor' };
  const found = await inspectTopic({ ...options, logger });
  const reachable = ok('Kafka', `reachable, ${found.brokers} broker${found.brokers === 1 ? '' : 's'}`);
  const reading = found.partitions === 0 ? [] : judgeReading(found);
  return { findings: [reachable, ...judgeTopic(log.topic, found, partitions), ...reading] };
}

/** The key that the role would use; none is made. */
function readKey(config: Config): { readonly findings: readonly []; readonly sealer: Sealer | undefined } {
  const given = 'encryptionKey' in config ? config.encryptionKey : undefined;
  const key = given ?? (config.role === 'standalone' ? encryptionKeyIn(config.dataDir) : undefined);
  return { findings: [], sealer: key === undefined ? undefined : createSealer(key) };
}

/** As configured; for a role that is not told, those that directories use. */
async function countPartitions(config: Config, { registry }: StoreReader) {
  const findings: readonly Finding[] = [];
  if ('logPartitions' in config) return { findings, partitions: config.logPartitions };
  const directories = await findAll(registry.directories, {});
  return { findings, partitions: Math.max(0, ...directories.map(({ partition }) => partition + 1)) };
}
