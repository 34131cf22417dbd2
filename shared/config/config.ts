import { nearest } from '../runtime/nearest.js';
import type { TracingConfig } from '../runtime/open-tracing.js';
import { DAY_MS, type Retention } from '../store/retention.js';
import type { BrandingConfig } from './branding.js';
import { environment, variable, VARIABLE_NAMES, type Environment, type Values, type VariableName } from './env.js';
import { FAIL_POINT, failPointProblems } from './fail-point.js';
import { kafkaContradictions, kafkaSecurity, speaksToKafka, type KafkaLogConfig } from './kafka.js';
import { productionRefusals } from './production.js';
import type { Role } from './variable.js';

interface MongoStoreConfig {
  readonly kind: 'mongodb';
  readonly uri: string;
}

interface SqliteStoreConfig {
  readonly kind: 'sqlite';
}

interface InProcessLogConfig {
  readonly kind: 'in-process';
}

interface Common<R extends Role> {
  readonly role: R;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: Values['ROLLCALL_LOG_LEVEL'];
  /** Undefined: nothing is traced. */
  readonly tracing: TracingConfig | undefined;
}

export interface IngestConfig extends Common<'ingest'> {
  readonly store: MongoStoreConfig;
  /** Undefined: see `publicUrlOf`. */
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  /** In which these tell of a client's certificate; undefined: in none. */
  readonly certificateHeader: string | undefined;
  /** Of SCIM, of each directory. */
  readonly scimRequestsPerSecond: number;
}

export interface RelayConfig extends Common<'relay'> {
  readonly store: MongoStoreConfig;
  readonly eventLog: KafkaLogConfig;
  readonly logPartitions: number;
}

export interface DispatcherConfig extends Common<'dispatcher'> {
  readonly store: MongoStoreConfig;
  readonly eventLog: KafkaLogConfig;
  readonly logPartitions: number;
  readonly encryptionKey: Buffer;
  /** Opens what it has sealed until the janitor has sealed it anew. */
  readonly formerEncryptionKey: Buffer | undefined;
  readonly webhookAllowCidrs: readonly string[];
  /** Milliseconds before each attempt. */
  readonly retrySchedule: readonly number[];
  readonly retention: Retention;
}

export interface AdminConfig extends Common<'admin'> {
  readonly store: MongoStoreConfig;
  readonly app: BrandingConfig;
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly logPartitions: number;
  readonly adminKey: string;
  /** Of the management API, by each admin key. */
  readonly requestsPerSecond: number;
  readonly encryptionKey: Buffer;
  /** Opens what it has sealed until the janitor has sealed it anew. */
  readonly formerEncryptionKey: Buffer | undefined;
  readonly webhookAllowCidrs: readonly string[];
  /** Told, not applied: the dispatcher removes. */
  readonly retention: Retention;
}

export interface StandaloneConfig extends Common<'standalone'> {
  readonly store: MongoStoreConfig | SqliteStoreConfig;
  readonly eventLog: KafkaLogConfig | InProcessLogConfig;
  readonly app: BrandingConfig;
  readonly dataDir: string;
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  /** In which these tell of a client's certificate; undefined: in none. */
  readonly certificateHeader: string | undefined;
  /** Of SCIM, of each directory. */
  readonly scimRequestsPerSecond: number;
  readonly logPartitions: number;
  /** Undefined: see `firstAdminKey`. */
  readonly adminKey: string | undefined;
  /** Of the management API, by each admin key. */
  readonly requestsPerSecond: number;
  /** Undefined: see `storedEncryptionKey`. */
  readonly encryptionKey: Buffer | undefined;
  readonly formerEncryptionKey: Buffer | undefined;
  readonly webhookAllowCidrs: readonly string[];
  /** Milliseconds before each attempt. */
  readonly retrySchedule: readonly number[];
  readonly retention: Retention;
}

export interface Configs {
  readonly ingest: IngestConfig;
  readonly relay: RelayConfig;
  readonly dispatcher: DispatcherConfig;
  readonly admin: AdminConfig;
  readonly standalone: StandaloneConfig;
}

/** Each problem names the variable, what came, what is allowed and how to mend it. */
export type LoadedConfig<R extends Role> = { readonly config: Configs[R] } | { readonly problems: readonly string[] };

/** What the commands that speak to a running Rollcall need. */
export interface CommandConfig {
  readonly url: string;
  readonly adminKey: string | undefined;
  readonly dataDir: string;
}

const LOOPBACK_CIDRS = ['127.0.0.0/8', '::1/128'];

/** The role's configuration, or everything that is wrong with it at once. Variables that the role has no use for are checked too. */
export function loadConfig<R extends Role>(role: R, env: Environment): LoadedConfig<R> {
  const present = presentIn(env);
  const parsed = environment.safeParse(present);
  const wrong = new Set(parsed.error?.issues.map((issue) => issue.path[0]));
  const problems = [
    ...VARIABLE_NAMES.filter((name) => wrong.has(name)).map((name) => wrongValue(name, present[name] ?? '')),
    ...missing(role, present),
    ...contradictions(role, present),
    ...(speaksToKafka(role) ? kafkaContradictions(present) : []),
    ...(parsed.success ? tooLongAttempts(parsed.data) : []),
    ...(parsed.success ? unheardHeader(parsed.data) : []),
    ...(parsed.success ? productionRefusals(role, parsed.data, present) : []),
    ...failPointProblems(present),
    ...unknownNames(present).map(unknownVariable),
  ];
  return parsed.success && problems.length === 0 ? { config: BUILD[role](parsed.data) } : { problems };
}

/**
 * The configuration of commands, or what is wrong with it. They run in a developer's shell, where other variables may be an
 * application's own: only a name that is near to one of ours is taken for a mistake.
 */
export function loadCommandConfig(
  env: Environment,
): { readonly config: CommandConfig } | { readonly problems: readonly string[] } {
  const present = presentIn(env);
  const parsed = commandEnvironment.safeParse(present);
  const wrong = new Set(parsed.error?.issues.map((issue) => issue.path[0]));
  const problems = [
    ...commandEnvironment
      .keyof()
      .options.filter((name) => wrong.has(name))
      .map((name) => wrongValue(name, present[name] ?? '')),
    ...unknownNames(present)
      .filter((name) => meantBy(name) !== undefined)
      .map(unknownVariable),
  ];
  if (!parsed.success || problems.length > 0) return { problems };
  const { ROLLCALL_URL, ROLLCALL_PORT, ROLLCALL_ADMIN_KEY: adminKey, ROLLCALL_DATA_DIR: dataDir } = parsed.data;
  return { config: { url: ROLLCALL_URL ?? `http://localhost:${ROLLCALL_PORT}`, adminKey, dataDir } };
}

const commandEnvironment = environment.pick({
  ROLLCALL_URL: true,
  ROLLCALL_PORT: true,
  ROLLCALL_ADMIN_KEY: true,
  ROLLCALL_DATA_DIR: true,
});

/** The URL that identity providers reach, where the configuration leaves it to the port that is listened on. */
export const publicUrlOf = (config: { readonly publicUrl: string | undefined }, port: number): string =>
  config.publicUrl ?? `http://localhost:${port}`;

function wrongValue(name: VariableName, value: string): string {
  const { secret, allowed, example } = variable(name);
  const came = secret === true ? `a value of ${value.length} characters` : JSON.stringify(value);
  return `${name}: ${came} is not allowed; it must be ${allowed}, for example ${name}=${example}`;
}

const missing = (role: Role, present: Environment): string[] =>
  VARIABLE_NAMES.filter((name) => present[name] === undefined && variable(name).requiredBy.includes(role)).map(
    (name) => {
      const { allowed, example } = variable(name);
      return `${name}: it is not set, and the role ${role} needs it; it must be ${allowed}, for example ${name}=${example}`;
    },
  );

function contradictions(role: Role, present: Environment): string[] {
  const isKafkaAlone = present['KAFKA_BROKERS'] !== undefined && present['MONGODB_URI'] === undefined;
  if (role !== 'standalone' || !isKafkaAlone) return [];
  return [
    'KAFKA_BROKERS: it is set without MONGODB_URI, but the SQLite store keeps its event log itself; set MONGODB_URI too, or unset KAFKA_BROKERS',
  ];
}

function tooLongAttempts(values: Values): string[] {
  const [events, attempts] = [values.ROLLCALL_EVENT_RETENTION_DAYS, values.ROLLCALL_ATTEMPT_RETENTION_DAYS ?? 0];
  if (attempts <= events) return [];
  return [
    `ROLLCALL_ATTEMPT_RETENTION_DAYS: it is ${attempts}, but events and their deliveries are kept for ${events} days; set it to at most ${events}, or raise ROLLCALL_EVENT_RETENTION_DAYS`,
  ];
}

function unheardHeader(values: Values): string[] {
  if (values.ROLLCALL_CLIENT_CERTIFICATE_HEADER === undefined || values.ROLLCALL_TRUSTED_PROXIES.length > 0) return [];
  return [
    'ROLLCALL_CLIENT_CERTIFICATE_HEADER: it is set without ROLLCALL_TRUSTED_PROXIES, so that nobody is believed who tells of a certificate; set that to the addresses of your gateway',
  ];
}

/** Kubernetes describes each Service to every pod of its namespace in such variables, so `rollcall-…` Services make them too. */
const SERVICE_LINK = /_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP|SCTP))(_|$)/;

const PREFIX = 'ROLLCALL_';
const withoutPrefix = (name: string): string => name.slice(PREFIX.length);

const presentIn = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));

const unknownNames = (present: Environment): string[] =>
  Object.keys(present).filter(
    (name) =>
      name.startsWith(PREFIX) &&
      !(name in environment.shape) &&
      name !== FAIL_POINT &&
      !isServiceLink(name, present[name] ?? ''),
  );

function unknownVariable(name: string): string {
  const meant = meantBy(name);
  const fix = meant === undefined ? 'unset it; `rollcall config` lists all variables' : `did you mean ${meant}?`;
  return `${name}: there is no such variable; ${fix}`;
}

/** The prefix, which all share, would make any two names near. */
function meantBy(name: string): string | undefined {
  const own = VARIABLE_NAMES.filter((known) => known.startsWith(PREFIX)).map(withoutPrefix);
  const meant = nearest(withoutPrefix(name), own);
  return meant === undefined ? undefined : PREFIX + meant;
}

const isServiceLink = (name: string, value: string): boolean =>
  SERVICE_LINK.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));

const BUILD: { readonly [R in Role]: (values: Values) => Configs[R] } = {
  ingest: (values) => ({
    ...common('ingest', values),
    store: mongoStore(values),
    publicUrl: values.ROLLCALL_PUBLIC_URL,
    trustedProxies: values.ROLLCALL_TRUSTED_PROXIES,
    certificateHeader: values.ROLLCALL_CLIENT_CERTIFICATE_HEADER,
    scimRequestsPerSecond: values.ROLLCALL_SCIM_RATE_LIMIT,
  }),
  relay: (values) => ({
    ...common('relay', values),
    store: mongoStore(values),
    eventLog: kafkaLog(values),
    logPartitions: values.ROLLCALL_LOG_PARTITIONS,
  }),
  dispatcher: (values) => ({
    ...common('dispatcher', values),
    store: mongoStore(values),
    eventLog: kafkaLog(values),
    logPartitions: values.ROLLCALL_LOG_PARTITIONS,
    encryptionKey: needed(values.ROLLCALL_ENCRYPTION_KEY),
    formerEncryptionKey: values.ROLLCALL_FORMER_ENCRYPTION_KEY,
    webhookAllowCidrs: values.ROLLCALL_WEBHOOK_ALLOW_CIDRS ?? [],
    retrySchedule: values.ROLLCALL_RETRY_SCHEDULE,
    retention: retentionOf(values),
  }),
  admin: (values) => ({
    ...common('admin', values),
    store: mongoStore(values),
    app: brandingOf(values),
    publicUrl: values.ROLLCALL_PUBLIC_URL,
    trustedProxies: values.ROLLCALL_TRUSTED_PROXIES,
    logPartitions: values.ROLLCALL_LOG_PARTITIONS,
    adminKey: needed(values.ROLLCALL_ADMIN_KEY),
    requestsPerSecond: values.ROLLCALL_ADMIN_RATE_LIMIT,
    encryptionKey: needed(values.ROLLCALL_ENCRYPTION_KEY),
    formerEncryptionKey: values.ROLLCALL_FORMER_ENCRYPTION_KEY,
    webhookAllowCidrs: values.ROLLCALL_WEBHOOK_ALLOW_CIDRS ?? [],
    retention: retentionOf(values),
  }),
  standalone: (values) => ({
    ...common('standalone', values),
    store: values.MONGODB_URI === undefined ? { kind: 'sqlite' } : mongoStore(values),
    eventLog: values.KAFKA_BROKERS === undefined ? { kind: 'in-process' } : kafkaLog(values),
    app: brandingOf(values),
    dataDir: values.ROLLCALL_DATA_DIR,
    publicUrl: values.ROLLCALL_PUBLIC_URL,
    trustedProxies: values.ROLLCALL_TRUSTED_PROXIES,
    certificateHeader: values.ROLLCALL_CLIENT_CERTIFICATE_HEADER,
    scimRequestsPerSecond: values.ROLLCALL_SCIM_RATE_LIMIT,
    logPartitions: values.ROLLCALL_LOG_PARTITIONS,
    adminKey: values.ROLLCALL_ADMIN_KEY,
    requestsPerSecond: values.ROLLCALL_ADMIN_RATE_LIMIT,
    encryptionKey: values.ROLLCALL_ENCRYPTION_KEY,
    formerEncryptionKey: values.ROLLCALL_FORMER_ENCRYPTION_KEY,
    webhookAllowCidrs: values.ROLLCALL_WEBHOOK_ALLOW_CIDRS ?? LOOPBACK_CIDRS,
    retrySchedule: values.ROLLCALL_RETRY_SCHEDULE,
    retention: retentionOf(values),
  }),
};

function common<R extends Role>(role: R, values: Values): Common<R> {
  const { ROLLCALL_PORT: port, ROLLCALL_LOG_LEVEL: logLevel } = values;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = values;
  return { role, port, logLevel, tracing: endpoint === undefined ? undefined : { endpoint, ratio } };
}

const brandingOf = (values: Values): BrandingConfig => ({
  name: values.ROLLCALL_APP_NAME,
  logoFile: values.ROLLCALL_APP_LOGO,
  color: values.ROLLCALL_APP_COLOR,
});

const ATTEMPT_RETENTION_DAYS = 30;

function retentionOf(values: Values): Retention {
  const events = values.ROLLCALL_EVENT_RETENTION_DAYS;
  const attempts = values.ROLLCALL_ATTEMPT_RETENTION_DAYS ?? Math.min(ATTEMPT_RETENTION_DAYS, events);
  return {
    eventMs: events * DAY_MS,
    attemptMs: attempts * DAY_MS,
    auditMs: values.ROLLCALL_AUDIT_RETENTION_DAYS * DAY_MS,
    requestMs: values.ROLLCALL_REQUEST_RETENTION_DAYS * DAY_MS,
  };
}

const mongoStore = (values: Values): MongoStoreConfig => ({ kind: 'mongodb', uri: needed(values.MONGODB_URI) });

const kafkaLog = (values: Values): KafkaLogConfig => ({
  kind: 'kafka',
  brokers: needed(values.KAFKA_BROKERS),
  topic: values.ROLLCALL_KAFKA_TOPIC,
  security: kafkaSecurity(values),
});

/** `requiredBy` has already refused its absence. */
function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a variable is needed that its declaration does not require');
  return value;
}
