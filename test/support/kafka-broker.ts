import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { startProcess, type TestProcess } from './process.js';
import { temporaryFolder } from './temporary-folder.js';

/** The folder of an unpacked Kafka, of which tests start brokers that they may kill; undefined where there is none. */
export const kafkaHome = process.env['KAFKA_HOME'];

/** A broker that is its own cluster, with an address and data that it keeps. */
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

/** Starts a broker on free ports of loopback, in a folder that is removed after the test file. Needs Java on the path. */
export async function startBroker(
  home: string,
  security?: BrokerSecurity,
  detours: readonly Detour[] = [],
): Promise<Broker> {
  const folder = temporaryFolder();
  const [port, controllerPort, innerPort] = [await freePort(), await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const properties = join(folder, 'server.properties');
  const listeners =
    security === undefined ? open(address, detours) : closed(address, `127.0.0.1:${innerPort}`, security);
  writeFileSync(properties, settings(folder, `127.0.0.1:${controllerPort}`, listeners));
  const libraries = join(home, existsSync(join(home, 'libs')) ? 'libs' : 'lib', '*');
  const java = (...args: string[]): TestProcess => startProcess('java', [...JAVA_OPTIONS, '-cp', libraries, ...args]);

  const format = java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, ...users(security));
  if ((await format.exited) !== 0) throw new Error(`Kafka could not format its folder:\n${format.stderr()}`);
  const start = async (): Promise<TestProcess> => {
    const started = java('kafka.Kafka', properties);
    await started.until(`a broker listens on ${address}`, () => listens(port));
    return started;
  };
  let running = await start();
  return {
    address,
    async kill(signal) {
      await running.kill(signal);
    },
    async start() {
      running = await start();
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

const settings = (
  folder: string,
  controller: string,
  { addresses, advertised, protocols, inner, more }: Listeners,
): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${controller}
listeners=${addresses},CONTROLLER://${controller}
advertised.listeners=${advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=${inner}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,${protocols}
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
${more}
`;

/** True once something does; undefined before. */
export const listens = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
