import type { CertificateFound } from '../../../shared/destinations/port.js';
import { committedAt } from '../../../shared/events/envelope.js';
import type { Clock } from '../../../shared/runtime/clock.js';
import type { Sealer } from '../../../shared/runtime/seal.js';
import { checkPartitions } from '../../../shared/store/check-partitions.js';
import type { StoreReader } from '../../../shared/store/port.js';
import { findAll } from '../../../shared/store/registry.js';
import { atMost } from './at-most.js';
import { failure, ok, type Finding } from './finding.js';
import { judgeDue, judgeEndpoints, judgeParked, LOOKED_AT } from './verdicts/deliveries.js';
import { HELD_COUNT_MAX, judgeHeld, judgeTokens, type Holding } from './verdicts/directories.js';
import { COUNT_MAX, judgeLag, type Waiting } from './verdicts/lag.js';
import { judgeCertificates, judgeEncryptionKey } from './verdicts/secrets.js';
import { judgeCommitClock } from './verdicts/store.js';

type CertificateReader = (url: string) => Promise<CertificateFound>;

/** What is examined, and by what. */
export interface Subject {
  readonly store: StoreReader;
  readonly partitions: number;
  /** The consumer group whose cursors are in the store; undefined where the log is not. */
  readonly group: string | undefined;
  /** Undefined of a role that needs no encryption key; without a `sealer`: it needs one and there is none. */
  readonly key: { readonly sealer: Sealer | undefined } | undefined;
  /** Undefined: no host is asked. */
  readonly certificateOf: CertificateReader | undefined;
  readonly clock: Clock;
}

/** One look: what it looks at, and what it finds. */
export interface Check {
  readonly what: string;
  readonly look: () => Promise<readonly Finding[]>;
}

/** What is looked at in a store that can be read, in this order. */
export function checksOf(subject: Subject): readonly Check[] {
  const { group, key, certificateOf } = subject;
  return [
    { what: 'clock', look: () => lookAtClock(subject) },
    { what: 'log partitions', look: () => lookAtPartitions(subject) },
    { what: 'relay lag', look: () => lookAtRelay(subject) },
    ...(group === undefined ? [] : [{ what: 'dispatcher lag', look: () => lookAtCursors(subject, group) }]),
    { what: 'due deliveries', look: () => lookAtDue(subject) },
    { what: 'parked', look: () => lookAtParked(subject) },
    { what: 'endpoints', look: () => lookAtEndpoints(subject) },
    { what: 'held events', look: () => lookAtHeld(subject) },
    { what: 'tokens', look: () => lookAtTokens(subject) },
    ...(key === undefined ? [] : [{ what: 'encryption key', look: () => lookAtSecrets(subject, key.sealer) }]),
    ...(certificateOf === undefined
      ? []
      : [{ what: 'certificates', look: () => lookAtCertificates(subject, certificateOf) }]),
  ];
}

/** Calls to the store, or handshakes, at a time. */
const AT_A_TIME = 8;

const eachPartition = <T>(partitions: number, look: (partition: number) => Promise<T>): Promise<T[]> =>
  atMost(AT_A_TIME, [...Array(partitions).keys()], look);

async function lookAtClock({ store, partitions, clock }: Subject): Promise<readonly Finding[]> {
  const times = await eachPartition(partitions, (partition) => store.outbox.newestAt(partition));
  const known = times.filter((time) => time !== undefined);
  return [judgeCommitClock(known.length === 0 ? undefined : Math.max(...known), clock())];
}

async function lookAtPartitions({ store, partitions }: Subject): Promise<readonly Finding[]> {
  try {
    await checkPartitions(store.registry.directories, partitions);
    return [ok('log partitions', `${partitions}, and no directory uses another`)];
  } catch (error) {
    return [failure('log partitions', error)];
  }
}

async function lookAtRelay({ store, partitions, clock }: Subject): Promise<readonly Finding[]> {
  const { outbox } = store;
  const waiting = await eachPartition(partitions, async (partition): Promise<Waiting[]> => {
    const oldestAt = await outbox.oldestAt(partition);
    return oldestAt === undefined ? [] : [{ partition, oldestAt, count: await outbox.count(partition, COUNT_MAX) }];
  });
  const action = 'see that a relay runs, and what it logs about the event log';
  return judgeLag('relay lag', waiting.flat(), clock(), action);
}

async function lookAtCursors({ store, partitions, clock }: Subject, group: string): Promise<readonly Finding[]> {
  const { events } = store;
  const waiting = await eachPartition(partitions, async (partition): Promise<Waiting[]> => {
    const [next] = await events.after(partition, await events.loadCursor(group, partition), 1);
    if (next === undefined) return [];
    const count = (await events.tail(partition)) - next.position + 1;
    return [{ partition, oldestAt: committedAt(next), count }];
  });
  const action = 'see that Rollcall runs, and what it logs about the event log';
  return judgeLag('dispatcher lag', waiting.flat(), clock(), action);
}

async function lookAtDue({ store, partitions, clock }: Subject): Promise<readonly Finding[]> {
  const { deliveries } = store;
  const starting = await eachPartition(partitions, async (partition) => {
    const endpointIds = await deliveries.endpointsWith(partition, ['pending', 'sending']);
    return atMost(AT_A_TIME, endpointIds, (id) =>
      deliveries.queue(partition, id, ['pending', 'sending'], undefined, 1),
    );
  });
  const retrying = await deliveries.list({ status: 'retrying' }, { limit: LOOKED_AT });
  return judgeDue([...starting.flat(2), ...retrying], clock());
}

async function lookAtParked({ store }: Subject): Promise<readonly Finding[]> {
  const newest = { limit: LOOKED_AT };
  const parked = await store.deliveries.list({ status: 'parked' }, newest);
  return judgeParked(parked, parked.length === 0 ? [] : await store.deliveries.list({ status: 'blocked' }, newest));
}

async function lookAtEndpoints({ store, clock }: Subject): Promise<readonly Finding[]> {
  return judgeEndpoints(await findAll(store.registry.endpoints, {}), clock());
}

async function lookAtHeld({ store, clock }: Subject): Promise<readonly Finding[]> {
  const directories = await findAll(store.registry.directories, {});
  const holdings = await atMost(AT_A_TIME, directories, async (directory): Promise<Holding[]> => {
    const held = await store.held.list(directory.id, 0, HELD_COUNT_MAX);
    return held.slice(0, 1).map(({ heldAt }) => ({ directory, events: held.length, since: heldAt }));
  });
  return judgeHeld(holdings.flat(), clock());
}

async function lookAtTokens({ store, clock }: Subject): Promise<readonly Finding[]> {
  const { directories, tokens } = store.registry;
  return judgeTokens(await findAll(directories, {}), await findAll(tokens, {}), clock());
}

async function lookAtSecrets({ store }: Subject, sealer: Sealer | undefined): Promise<readonly Finding[]> {
  return judgeEncryptionKey(await findAll(store.registry.endpoints, {}), sealer);
}

async function lookAtCertificates({ store, clock }: Subject, read: CertificateReader): Promise<readonly Finding[]> {
  const endpoints = await findAll(store.registry.endpoints, {});
  const urls = endpoints.filter(({ enabled }) => enabled).map(({ url }) => new URL(url));
  const hosts = new Map(urls.filter(({ protocol }) => protocol === 'https:').map((url) => [url.host, url.href]));
  const found = await atMost(AT_A_TIME, [...hosts], async ([host, url]) => ({ host, certificate: await read(url) }));
  return judgeCertificates(found, clock());
}
