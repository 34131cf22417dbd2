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

/** Starts a broker on free ports of loopback, in a folder that is removed after the test file. Needs Java on the path. */
export async function startBroker(home: string): Promise<Broker> {
  const folder = temporaryFolder();
  const [port, controllerPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, settings(folder, address, `127.0.0.1:${controllerPort}`));
  const libraries = join(home, existsSync(join(home, 'libs')) ? 'libs' : 'lib', '*');
  const java = (...args: string[]): TestProcess => startProcess('java', [...JAVA_OPTIONS, '-cp', libraries, ...args]);

  const format = java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties);
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

const settings = (folder: string, broker: string, controller: string): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${controller}
listeners=PLAINTEXT://${broker},CONTROLLER://${controller}
advertised.listeners=PLAINTEXT://${broker}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
`;

const listens = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
