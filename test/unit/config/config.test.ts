import fc from 'fast-check';
import { loadCommandConfig, loadConfig, publicUrlOf } from '../../../shared/config/config.js';
import { DAY_MS } from '../../../shared/store/retention.js';
import { variable, VARIABLE_NAMES, type Environment } from '../../../shared/config/env.js';
import { ROLES, type Role } from '../../../shared/config/variable.js';
import { parseSchedule, RETRY_SCHEDULE } from '../../../shared/webhooks/schedule.js';

const KEY = Buffer.alloc(32, 1).toString('base64');

/** Enough for every role. */
const CLUSTER = {
  MONGODB_URI: 'mongodb://mongo:27017/rollcall',
  KAFKA_BROKERS: 'kafka-0:9092, kafka-1:9092',
  ROLLCALL_ENCRYPTION_KEY: KEY,
  ROLLCALL_ADMIN_KEY: 'a-key-of-the-operator',
};

function problems(role: Role, env: Environment): readonly string[] {
  const loaded = loadConfig(role, env);
  return 'problems' in loaded ? loaded.problems : [];
}

function config<R extends Role>(role: R, env: Environment) {
  const loaded = loadConfig(role, env);
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

const retrySchedule = parseSchedule(RETRY_SCHEDULE);

test('standalone needs no variable at all', () => {
  expect(config('standalone', {})).toEqual({
    role: 'standalone',
    port: 3000,
    logLevel: 'info',
    store: { kind: 'sqlite' },
    eventLog: { kind: 'in-process' },
    app: { name: 'Rollcall', logoFile: undefined, color: undefined },
    dataDir: './data',
    publicUrl: undefined,
    trustedProxies: [],
    certificateHeader: undefined,
    scimRequestsPerSecond: 200,
    logPartitions: 12,
    adminKey: undefined,
    requestsPerSecond: 500,
    encryptionKey: undefined,
    webhookAllowCidrs: ['127.0.0.0/8', '::1/128'],
    retrySchedule,
    retention: { eventMs: 90 * DAY_MS, attemptMs: 30 * DAY_MS, auditMs: 400 * DAY_MS, requestMs: 14 * DAY_MS },
  });
});

test('attempts are never kept longer than the events that they are about', () => {
  const env = (events: string, attempts?: string): Environment => ({
    ROLLCALL_EVENT_RETENTION_DAYS: events,
    ...(attempts !== undefined && { ROLLCALL_ATTEMPT_RETENTION_DAYS: attempts }),
  });
  const retention = (events: number, attempts: number) => ({
    eventMs: events * DAY_MS,
    attemptMs: attempts * DAY_MS,
  });
  expect(config('standalone', env('7'))).toMatchObject({ retention: retention(7, 7) });
  expect(config('standalone', env('365'))).toMatchObject({ retention: retention(365, 30) });
  expect(config('standalone', env('7', '7'))).toMatchObject({ retention: retention(7, 7) });
  expect(problems('standalone', env('7', '8'))).toEqual([
    'ROLLCALL_ATTEMPT_RETENTION_DAYS: it is 8, but events and their deliveries are kept for 7 days; set it to at most 7, or raise ROLLCALL_EVENT_RETENTION_DAYS',
  ]);
});

test('standalone runs on MongoDB, with and without Kafka', () => {
  const { MONGODB_URI, KAFKA_BROKERS } = CLUSTER;
  const mongodb = { kind: 'mongodb', uri: MONGODB_URI };
  expect(config('standalone', { MONGODB_URI })).toMatchObject({ store: mongodb, eventLog: { kind: 'in-process' } });
  expect(config('standalone', { MONGODB_URI, KAFKA_BROKERS })).toMatchObject({
    store: mongodb,
    eventLog: { kind: 'kafka', brokers: ['kafka-0:9092', 'kafka-1:9092'], topic: 'rollcall.events' },
  });
});

test('a separate role gets what it needs and no secret that it has no use for', () => {
  const store = { kind: 'mongodb', uri: CLUSTER.MONGODB_URI };
  const eventLog = { kind: 'kafka', brokers: ['kafka-0:9092', 'kafka-1:9092'], topic: 'rollcall.events' };
  const common = { port: 3000, logLevel: 'info', store };
  const encryptionKey = Buffer.alloc(32, 1);
  const retention = { eventMs: 90 * DAY_MS, attemptMs: 30 * DAY_MS, auditMs: 400 * DAY_MS, requestMs: 14 * DAY_MS };
  expect(ROLES.filter((role) => role !== 'standalone').map((role) => config(role, CLUSTER))).toEqual([
    {
      ...common,
      role: 'ingest',
      publicUrl: undefined,
      trustedProxies: [],
      certificateHeader: undefined,
      scimRequestsPerSecond: 200,
    },
    { ...common, role: 'relay', eventLog, logPartitions: 12 },
    {
      ...common,
      role: 'dispatcher',
      eventLog,
      logPartitions: 12,
      encryptionKey,
      webhookAllowCidrs: [],
      retrySchedule,
      retention,
    },
    {
      ...common,
      role: 'admin',
      app: { name: 'Rollcall', logoFile: undefined, color: undefined },
      publicUrl: undefined,
      trustedProxies: [],
      logPartitions: 12,
      adminKey: CLUSTER.ROLLCALL_ADMIN_KEY,
      requestsPerSecond: 500,
      encryptionKey,
      webhookAllowCidrs: [],
      retention,
    },
  ]);
});

test.each([
  ['ingest', ['MONGODB_URI']],
  ['relay', ['MONGODB_URI', 'KAFKA_BROKERS']],
  ['dispatcher', ['ROLLCALL_ENCRYPTION_KEY', 'MONGODB_URI', 'KAFKA_BROKERS']],
  ['admin', ['ROLLCALL_ADMIN_KEY', 'ROLLCALL_ENCRYPTION_KEY', 'MONGODB_URI']],
] as const)('%s does not start without %s', (role, names) => {
  const found = problems(role, {});
  expect(found.map((problem) => problem.split(':', 1)[0])).toEqual(names);
  for (const problem of found) expect(problem).toContain(`the role ${role} needs it`);
});

test('a header for client certificates is refused where nobody is believed who sends it', () => {
  const header = { ROLLCALL_CLIENT_CERTIFICATE_HEADER: 'Client-Cert' };
  expect(problems('standalone', header)).toEqual([
    'ROLLCALL_CLIENT_CERTIFICATE_HEADER: it is set without ROLLCALL_TRUSTED_PROXIES, so that nobody is believed who tells of a certificate; set that to the addresses of your gateway',
  ]);
  expect(config('standalone', { ...header, ROLLCALL_TRUSTED_PROXIES: '10.0.0.0/8' })).toMatchObject({
    certificateHeader: 'Client-Cert',
  });
});

test('an empty variable counts as unset', () => {
  expect(config('standalone', { ROLLCALL_PORT: '', MONGODB_URI: '' })).toMatchObject({
    port: 3000,
    store: { kind: 'sqlite' },
  });
  expect(problems('ingest', { ...CLUSTER, MONGODB_URI: '' })).toHaveLength(1);
});

test('every problem is reported at once', () => {
  expect(
    problems('standalone', {
      ROLLCALL_PORT: '80a',
      ROLLCALL_LOG_LEVEL: 'loud',
      KAFKA_BROKERS: 'kafka:9092',
      ROLLCALL_PROT: '1',
    }),
  ).toEqual([
    'ROLLCALL_PORT: "80a" is not allowed; it must be an integer from 0 to 65535, for example ROLLCALL_PORT=3000',
    'ROLLCALL_LOG_LEVEL: "loud" is not allowed; it must be debug, info, warn or error, for example ROLLCALL_LOG_LEVEL=info',
    'KAFKA_BROKERS: it is set without MONGODB_URI, but the SQLite store keeps its event log itself; set MONGODB_URI too, or unset KAFKA_BROKERS',
    'ROLLCALL_PROT: there is no such variable; did you mean ROLLCALL_PORT?',
  ]);
});

test.each([
  ['ROLLCALL_PORT', ['65536', '-1', '3000.5', '0x10', ' 3000', 'http']],
  [
    'ROLLCALL_PUBLIC_URL',
    [
      'example.com',
      'ftp://example.com',
      'https://a_b.example.com',
      'https://x.example/?a',
      'https://u:p@x.example',
      'https://x.example/#',
    ],
  ],
  ['ROLLCALL_ADMIN_KEY', ['seven-7', 'a key with spaces in it', 'x'.repeat(201), 'ключ-ключ-ключ-ключ']],
  [
    'ROLLCALL_ENCRYPTION_KEY',
    [KEY.slice(0, -1), `${KEY}A`, Buffer.alloc(31).toString('base64'), Buffer.alloc(32).toString('hex'), ` ${KEY}`],
  ],
  ['MONGODB_URI', ['localhost:27017', 'http://localhost', 'mongodb://', 'mongodb://a b']],
  ['KAFKA_BROKERS', ['kafka', 'kafka:0', 'kafka:65536', 'a:1,', 'a:1;b:2', 'kafka://a:9092']],
  ['ROLLCALL_KAFKA_TOPIC', ['.', '..', 'a b', 'a/b', 'x'.repeat(250)]],
  ['ROLLCALL_LOG_PARTITIONS', ['0', '257', 'twelve', '-12']],
  [
    'ROLLCALL_WEBHOOK_ALLOW_CIDRS',
    ['10.0.0.0', '10.0.0.0/33', '::1/129', '10.0.0.0/8,', 'localhost/8', 'none,10.0.0.0/8'],
  ],
  ['ROLLCALL_RETRY_SCHEDULE', ['5s', '0s,5', '0s,8d', '0s;5s', 'never']],
  ['ROLLCALL_ADMIN_RATE_LIMIT', ['0', '100001', '-1', 'many']],
  ['ROLLCALL_LOG_LEVEL', ['INFO', 'verbose']],
] as const)('%s: %j are refused by name, with what is allowed and an example', (name, values) => {
  for (const value of values) {
    const [problem, ...others] = problems('admin', { ...CLUSTER, [name]: value });
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name}: .+ is not allowed; it must be .+, for example ${name}=`));
  }
});

test.each(VARIABLE_NAMES.filter((name) => variable(name).secret))('the value of %s is not in its error', (name) => {
  const problem = problems('admin', { ...CLUSTER, [name]: 'a canary\u0000' }).join('\n');
  expect(problem).toContain(`${name}: a value of 9 characters is not allowed`);
  expect(problem).not.toContain('canary');
});

test.each([
  ['https://directory.example.com', 'https://directory.example.com'],
  ['https://directory.example.com/base//', 'https://directory.example.com/base'],
])('the public URL %s is taken as %s', (given, taken) => {
  const loaded = config('ingest', { ...CLUSTER, ROLLCALL_PUBLIC_URL: given });
  expect(publicUrlOf(loaded, 8080)).toBe(taken);
});

test('without a public URL, it is the port that is listened on', () => {
  expect(publicUrlOf(config('standalone', { ROLLCALL_PORT: '0' }), 45_678)).toBe('http://localhost:45678');
});

test('standalone can be told to reach no loopback address', () => {
  expect(config('standalone', { ROLLCALL_WEBHOOK_ALLOW_CIDRS: 'none' }).webhookAllowCidrs).toEqual([]);
  expect(config('standalone', { ROLLCALL_WEBHOOK_ALLOW_CIDRS: '10.0.0.0/8, fd00::/8' }).webhookAllowCidrs).toEqual([
    '10.0.0.0/8',
    'fd00::/8',
  ]);
});

test('an unknown variable without a near name says where all are listed', () => {
  expect(problems('standalone', { ROLLCALL_FLUX_CAPACITOR: '1' })).toEqual([
    'ROLLCALL_FLUX_CAPACITOR: there is no such variable; unset it; `rollcall config` lists all variables',
  ]);
});

test('variables of others, and those that Kubernetes makes of Services, are let be', () => {
  const env = {
    PATH: '/bin',
    ROLLCALL_ADMIN_SERVICE_HOST: '10.0.0.1',
    ROLLCALL_ADMIN_SERVICE_PORT_HTTP: '80',
    ROLLCALL_ADMIN_PORT: 'tcp://10.0.0.1:80',
    ROLLCALL_ADMIN_PORT_80_TCP_ADDR: '10.0.0.1',
  };
  expect(problems('standalone', env)).toEqual([]);
});

test('whatever the environment, there is either a configuration or a problem, and nothing throws', () => {
  const env = fc.dictionary(
    fc.constantFrom(...VARIABLE_NAMES),
    fc.oneof(fc.string(), fc.constantFrom(...Object.values(CLUSTER))),
  );
  fc.assert(
    fc.property(fc.constantFrom(...ROLES), env, (role, values) => {
      const loaded = loadConfig(role, values);
      if ('problems' in loaded) expect(loaded.problems.length).toBeGreaterThan(0);
      else expect(loaded.config.role).toBe(role);
    }),
  );
});

describe('commands that speak to a running Rollcall', () => {
  const commands = (env: Environment) => loadCommandConfig(env);

  test('look for it where the standalone is', () => {
    expect(commands({})).toEqual({
      config: { url: 'http://localhost:3000', adminKey: undefined, dataDir: './data' },
    });
    expect(commands({ ROLLCALL_PORT: '4100' })).toMatchObject({ config: { url: 'http://localhost:4100' } });
    expect(commands({ ROLLCALL_PORT: '4100', ROLLCALL_URL: 'https://my_host.example/' })).toMatchObject({
      config: { url: 'https://my_host.example' },
    });
  });

  test('take a name that is near to a variable for a mistake, and leave those of applications alone', () => {
    expect(commands({ ROLLCALL_SECRET: 'whsec_x', ROLLCALL_FLUX_CAPACITOR: '1' })).toHaveProperty('config');
    expect(commands({ ROLLCALL_PROT: '3000', ROLLCALL_ULR: 'x' })).toEqual({
      problems: [
        'ROLLCALL_PROT: there is no such variable; did you mean ROLLCALL_PORT?',
        'ROLLCALL_ULR: there is no such variable; did you mean ROLLCALL_URL?',
      ],
    });
  });

  test('are told of their own variables alone', () => {
    expect(commands({ ROLLCALL_URL: 'nowhere', ROLLCALL_LOG_LEVEL: 'loud' })).toEqual({
      problems: [expect.stringMatching(/^ROLLCALL_URL: "nowhere" is not allowed; it must be an http or https URL/)],
    });
  });
});
