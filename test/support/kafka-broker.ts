import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { startProcess, type TestProcess } from './process.js';
import { temporaryFolder } from './temporary-folder.js';

/** The folder of an unpacked Kafka, of which tests start brokers that they may kill; undefined where there is none. */
export const kafkaHome = process.env['KAFKA_HOME'];

/** A broker with an address and data that it keeps. */
export interface Broker {
  readonly address: string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** After `kill`; resolves when it listens. */
  start(): Promise<void>;
}

const CLUSTER_ID = 'cm9sbGNhbGwtdGVzdHMtMQ';
/** A small heap and a quick start. */
const JAVA_OPTIONS = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** How a broker that trusts nobody knows its clients: by TLS, and by a user's password. Paths of PEM files. */
export interface BrokerSecurity {
  readonly caFile: string;
  /** Key and certificate, one after the other. */
  readonly keyStoreFile: string;
  readonly username: string;
  readonly password: string;
}

/** A port of the broker's that it tells its clients to reach by another one, such as a proxy's. */
export interface Detour {
  readonly port: number;
  readonly by: number;
}

/** Starts a broker that is its own cluster on free ports of loopback, in a folder that is removed after the test file. Needs Java on the path. */
export async function startBroker(home: string, security?: BrokerSecurity): Promise<Broker> {
  const [port, innerPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const listeners = security === undefined ? open(address, []) : closed(address, `127.0.0.1:${innerPort}`, security);
  return start(home, { number: 1, port, controllers: [await freePort()], listeners, security });
}

/** Starts a cluster of as many brokers as there are lists of detours, which keeps everything on all of them. */
export async function startBrokers(home: string, detours: readonly (readonly Detour[])[]): Promise<Broker[]> {
  const controllers = await Promise.all(detours.map(freePort));
  const seats = await Promise.all(detours.map(async (own) => ({ own, port: await freePort() })));
  return Promise.all(
    seats.map(({ own, port }, index) =>
      start(home, { number: index + 1, port, controllers, listeners: open(`127.0.0.1:${port}`, own) }),
    ),
  );
}

/** A broker's place in its cluster. */
interface Place {
  /** From 1. */
  readonly number: number;
  readonly port: number;
  /** Ports of all, by their numbers. */
  readonly controllers: readonly number[];
  readonly listeners: Listeners;
  readonly security?: BrokerSecurity | undefined;
}

async function start(home: string, place: Place): Promise<Broker> {
  const folder = temporaryFolder();
  const { port, security } = place;
  const address = `127.0.0.1:${port}`;
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, settings(folder, place));
  const libraries = join(home, existsSync(join(home, 'libs')) ? 'libs' : 'lib', '*');
  const java = (...args: string[]): TestProcess => startProcess('java', [...JAVA_OPTIONS, '-cp', libraries, ...args]);

  const format = java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, ...users(security));
  if ((await format.exited) !== 0) throw new Error(`Kafka could not format its folder:\n${format.stderr()}`);
  const run = async (): Promise<TestProcess> => {
    const started = java('kafka.Kafka', properties);
    await started.until(`a broker listens on ${address}`, () => listens(port));
    return started;
  };
  let running = await run();
  return {
    address,
    async kill(signal) {
      await running.kill(signal);
    },
    async start() {
      running = await run();
    },
  };
}

interface Listeners {
  /** `NAME://host:port`, without the controller's. */
  readonly addresses: string;
  /** Those that clients are told. */
  readonly advertised: string;
  readonly protocols: string;
  /** By which brokers speak to each other. */
  readonly inner: string;
  readonly more: string;
}

const open = (broker: string, detours: readonly Detour[]): Listeners => {
  const plain = (addresses: readonly string[]): string =>
    [broker, ...addresses].map((address, index) => `${nameOf(index)}://${address}`).join();
  return {
    addresses: plain(detours.map(({ port }) => `127.0.0.1:${port}`)),
    advertised: plain(detours.map(({ by }) => `127.0.0.1:${by}`)),
    protocols: [broker, ...detours].map((_, index) => `${nameOf(index)}:PLAINTEXT`).join(),
    inner: nameOf(0),
    more: '',
  };
};

const nameOf = (index: number): string => (index === 0 ? 'PLAINTEXT' : `DETOUR${index}`);

const closed = (broker: string, inner: string, { caFile, keyStoreFile }: BrokerSecurity): Listeners => ({
  addresses: `CLIENTS://${broker},INNER://${inner}`,
  advertised: `CLIENTS://${broker},INNER://${inner}`,
  protocols: 'CLIENTS:SASL_SSL,INNER:PLAINTEXT',
  inner: 'INNER',
  more: `
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=${keyStoreFile}
ssl.truststore.type=PEM
ssl.truststore.location=${caFile}
listener.name.clients.ssl.client.auth=required`,
});

const users = (security: BrokerSecurity | undefined): string[] =>
  security === undefined
    ? []
    : ['--add-scram', `SCRAM-SHA-512=[name=${security.username},password=${security.password}]`];

const settings = (folder: string, { number, controllers, listeners }: Place): string => {
  const { addresses, advertised, protocols, inner, more } = listeners;
  const controllerOf = (index: number): string => `127.0.0.1:${controllers[index]}`;
  const copies = controllers.length;
  return `
process.roles=broker,controller
node.id=${number}
controller.quorum.voters=${controllers.map((_, index) => `${index + 1}@${controllerOf(index)}`).join()}
listeners=${addresses},CONTROLLER://${controllerOf(number - 1)}
advertised.listeners=${advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=${inner}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,${protocols}
log.dirs=${join(folder, 'data')}
default.replication.factor=${copies}
min.insync.replicas=${Math.max(1, copies - 1)}
offsets.topic.replication.factor=${copies}
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
${more}
`;
};

/** True once something does; undefined before. */
export const listens = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
