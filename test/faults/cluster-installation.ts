import { randomBytes } from 'node:crypto';
import { startBalancer } from '../support/balancer.js';
import { KAFKA, startCuttingProxy, type CuttingProxy, type Framing } from '../support/cutting-proxy.js';
import { freePort } from '../support/free-port.js';
import { kafkaHome, listens, startBrokers, type Broker, type Detour } from '../support/kafka-broker.js';
import { startProcess, type TestProcess } from '../support/process.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import type { Install, Server } from './installation.js';
import { supervise, type Member, type Watcher } from './member.js';
import { RETRY_SCHEDULE } from './standalone.js';

/** How a server of MongoDB's protocol is started; `{port}` and `{folder}` are filled in. */
const MONGOD = process.env['MONGOD'] ?? 'mongod --bind_ip 127.0.0.1 --port {port} --dbpath {folder}';
const PARTITIONS = 4;
const BROKERS = 3;
/** Two of each. */
const ROLES = ['ingest', 'relay', 'dispatcher', 'admin'].flatMap((role) => [role, role]);
/** Whose work is on the way to Kafka, or from it. */
const ON_KAFKA = ['relay', 'dispatcher'];

/** Two of each role, on a MongoDB and a Kafka of their own, to which each process has a line of its own. */
export const installCluster: Install = async (build, watcher) => {
  if (kafkaHome === undefined) throw new Error('KAFKA_HOME: set it to the folder of an unpacked Kafka');
  const mongo = await startMongo();
  const plans = await Promise.all(ROLES.map((role) => plan(role, mongo.port)));
  const detours = Array.from({ length: BROKERS }, (_, index) => plans.flatMap(({ kafka }) => kafka[index] ?? []));
  const brokers = await startBrokers(kafkaHome, detours);
  const adminKey = randomBytes(16).toString('hex');
  const env = {
    KAFKA_BROKERS: brokers.map(({ address }) => address).join(),
    ROLLCALL_KAFKA_TOPIC: 'rollcall.events',
    ROLLCALL_LOG_PARTITIONS: String(PARTITIONS),
    ROLLCALL_ADMIN_KEY: adminKey,
    ROLLCALL_ADMIN_RATE_LIMIT: '100000',
    ROLLCALL_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ROLLCALL_WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
    ROLLCALL_LOG_LEVEL: 'error',
    ROLLCALL_RETRY_SCHEDULE: RETRY_SCHEDULE,
  };
  const migrate = startRollcall(['migrate'], { ...env, MONGODB_URI: uriAt(mongo.port) }, build);
  if ((await migrate.exited) !== 0) throw new Error(migrate.stderr());
  const seats = plans.map((one) => seat(one, { build, env, watcher }));
  await Promise.all(seats.map(({ member }) => member.ready()));
  const portsOf = (role: string) => seats.filter(({ member }) => member.role === role).map(({ port }) => port);
  const scim = await startBalancer(portsOf('ingest'));
  const api = await startBalancer(portsOf('admin'));
  const toMongo = new Map(seats.map(({ member, mongo: { line } }) => [member, [line]]));
  const toKafka = new Map(seats.map(({ member, kafka }) => [member, kafka.map(({ line }) => line)]));
  const everyBroker = async (work: (broker: Broker) => Promise<void>): Promise<void> => {
    await Promise.all(brokers.map(work));
  };
  const killed = (broker: Broker): Promise<void> => broker.kill('SIGKILL');
  return {
    title: `two of each role on ${MONGOD.split(' ')[0]?.split('/').at(-1) ?? 'MongoDB'} and Kafka`,
    ...{ url: api.url, adminKey, scimUrl: scim.url },
    members: seats.map(({ member }) => member),
    servers: {
      mongo: { ...mongo.server, lines: toMongo },
      kafka: {
        lines: toKafka,
        brokers: brokers.map((broker) => ({ kill: () => killed(broker), start: () => broker.start() })),
        kill: () => everyBroker(killed),
        start: () => everyBroker((broker) => broker.start()),
      },
    },
    async close() {
      await Promise.all(seats.map(({ member }) => member.stop()));
      await Promise.all([scim, api, ...[...toMongo.values(), ...toKafka.values()].flat()].map((one) => one.close()));
      await Promise.all([mongo.server.kill(), everyBroker(killed)]);
    },
  };
};

/** A process that is to be, and its lines. */
interface Plan {
  readonly role: string;
  readonly port: number;
  readonly mongo: Way;
  /** To each broker; none of a role that does not speak to Kafka. */
  readonly kafka: readonly Way[];
}

/** Through a proxy, which listens on `by`, to a port of a server. */
interface Way extends Detour {
  readonly line: CuttingProxy;
}

async function plan(role: string, mongoPort: number): Promise<Plan> {
  const way = async (port: number, framing?: Framing): Promise<Way> => {
    const line = await startCuttingProxy('127.0.0.1', port, framing);
    return { port, by: line.port, line };
  };
  const brokers = ON_KAFKA.includes(role) ? BROKERS : 0;
  const kafka = await Promise.all(Array.from({ length: brokers }, async () => way(await freePort(), KAFKA)));
  return { role, port: await freePort(), mongo: await way(mongoPort), kafka };
}

interface SeatOptions {
  readonly build: string;
  readonly env: Readonly<Record<string, string>>;
  readonly watcher: Watcher;
}

function seat(taken: Plan, { build, env, watcher }: SeatOptions): Plan & { readonly member: Member } {
  const { role, port, mongo, kafka } = taken;
  const own = {
    ...env,
    ROLLCALL_PORT: String(port),
    MONGODB_URI: uriAt(mongo.by),
    ...(kafka.length === 0 ? {} : { KAFKA_BROKERS: kafka.map(({ by }) => `127.0.0.1:${by}`).join() }),
  };
  const start = (more: Readonly<Record<string, string>>) => startRollcall([role], { ...own, ...more }, build);
  return { ...taken, member: supervise(role, `http://127.0.0.1:${port}`, start, watcher) };
}

const uriAt = (port: number): string => `mongodb://127.0.0.1:${port}/rollcall?directConnection=true`;

async function startMongo(): Promise<{ readonly port: number; readonly server: Pick<Server, 'kill' | 'start'> }> {
  const [port, folder] = [await freePort(), temporaryFolder()];
  const [command = '', ...args] = MONGOD.replace('{port}', String(port)).replace('{folder}', folder).split(' ');
  const start = async (): Promise<TestProcess> => {
    const started = startProcess(command, args);
    await started.until(`${command} listens`, () => listens(port));
    return started;
  };
  let running = await start();
  return {
    port,
    server: {
      async kill() {
        await running.kill('SIGKILL');
      },
      async start() {
        running = await start();
      },
    },
  };
}
