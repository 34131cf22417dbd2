import { request } from 'undici';
import { openManagement, type Management } from '../../services/cli/demo/management.js';
import { startBroker, type Broker } from '../support/kafka-broker.js';
import type { TestProcess } from '../support/process.js';
import { play, type Provisioned } from '../support/provisioning.js';
import { install, portOf } from '../support/rollcall.js';

/** Ingest, admin, two relays and two dispatchers on a broker of their own, any of which may be killed. */
export interface Cluster {
  readonly broker: Broker;
  readonly management: Management;
  /** Those that run, the longest running first. */
  readonly relays: TestProcess[];
  readonly dispatchers: TestProcess[];
  /** Kills the one that has run longest, of which another one takes the place. */
  replaceLongest(role: 'relay' | 'dispatcher'): Promise<void>;
  /** Provisions one directory after another, a change or two a second, until `isOver` when one is complete. */
  provisionUntil(isOver: () => boolean | Promise<boolean>, seed: number): Promise<Provisioned[]>;
  /** A call to the management API: the JSON that is answered. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Record<string, unknown>>;
}

const PARTITIONS = 2;
/** Soon, and more often than a receiver fails in a row by chance. */
const RETRY_SCHEDULE = `0s${',1s'.repeat(12)}`;
/** The test server of MongoDB takes no more than a few deliveries a second. */
const PACE_MS = 600;

export async function startCluster(kafkaHome: string, mongoUri: string): Promise<Cluster> {
  const broker = await startBroker(kafkaHome);
  const log = { brokers: [broker.address], topic: 'rollcall.events', partitions: PARTITIONS };
  const { adminKey, start } = install(mongoUri, log, { ROLLCALL_RETRY_SCHEDULE: RETRY_SCHEDULE });
  const migrate = start('migrate');
  if ((await migrate.exited) !== 0) throw new Error(migrate.stderr());
  const started = async (role: string): Promise<TestProcess> => {
    const running = start(role);
    await portOf(running);
    return running;
  };
  // The first relay takes every partition; the second one waits to take over.
  const relays = [await started('relay')];
  const [ingest, admin] = [start('ingest'), start('admin')];
  relays.push(await started('relay'));
  const dispatchers = await Promise.all(['dispatcher', 'dispatcher'].map(started));
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.saw(/"partitions":\[\d\]/)));

  const [url, scimUrl] = [`http://localhost:${await portOf(admin)}`, `http://localhost:${await portOf(ingest)}`];
  const management = openManagement(url, adminKey);
  const running = { relay: relays, dispatcher: dispatchers };
  return {
    ...{ broker, management, relays, dispatchers },
    async replaceLongest(role) {
      await running[role].shift()?.kill('SIGKILL');
      running[role].push(await started(role));
    },
    async provisionUntil(isOver, seed) {
      const organization = await management.createOrganization('Acme');
      const played: Provisioned[] = [];
      do {
        const provider = played.length % 2 === 0 ? 'okta' : 'entra';
        const directory = await management.createDirectory(organization, `Directory ${played.length}`, provider);
        const options = { provider, seed: seed + played.length, users: 6, groups: 2, paceMs: PACE_MS } as const;
        played.push({ directory, run: await play(directory, options, scimUrl) });
      } while (!(await isOver()));
      return played;
    },
    async call(method, path, body) {
      const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await request(`${url}/v1${path}`, { method, headers, ...sent });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
  };
}

/** The values of a metric of a role, one for each set of labels that `labels` matches. */
export async function metric(role: TestProcess, name: string, labels = /^/): Promise<number[]> {
  const answer = await request(`http://localhost:${await portOf(role)}/metrics`);
  const lines = (await answer.body.text()).split('\n').map((line) => /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line));
  return lines.filter((line) => line?.[1] === name && labels.test(line[2] ?? '')).map((line) => Number(line?.[3]));
}
