import * as z from 'zod';
import type { Arrival } from '../../services/cli/demo/receiver.js';
import { check, compare } from '../../services/simulator/check.js';
import { applyEvent, membersIn, readEvent, subjectOf, type ReceivedEvent } from '../../services/simulator/received.js';
import { emptyWorld } from '../../services/simulator/truth.js';
import type { DirectoryHistory, History, LedgerEntry, Read, ReceiverHistory } from './history.js';

/** What the checker finds; lists are in words. */
export interface Verdict {
  /** Writes that were answered with a 2xx. */
  readonly acknowledged: number;
  /** Events by receivers that took them, each once. */
  readonly delivered: number;
  /** Arrivals of what the receiver had taken before: allowed. */
  readonly duplicated: number;
  /** Of those, the ones behind a later event about the same user or group: allowed, and dropped by `seq`. */
  readonly late: number;
  /** Arrivals that no attempt on record tells of: allowed, of processes that ended in between. */
  readonly unrecorded: number;
  /** Attempts on record. */
  readonly recorded: number;
  /** Resources whose truth is unknown, because no certain answer came. */
  readonly doubtful: number;
  readonly violations: Readonly<Record<Violation, readonly string[]>>;
}

/**
 *   lost         was acknowledged or is listed, and did not arrive, or is not delivered in the end
 *   reordered    came first, or was taken first, behind a later event about the same user or group
 *   seqGaps      a number that never arrived
 *   unverified   a signature that does not fit
 *   unexpected   an event that nothing explains
 *   wrong        a copy built from the webhooks differs from what was acknowledged, or from the directory's final state
 *   stale        a read did not see what was acknowledged, or read, before it began
 *   ledger       the attempts on record contradict what the receiver got and answered
 */
export const VIOLATIONS = [
  'lost',
  'reordered',
  'seqGaps',
  'unverified',
  'unexpected',
  'wrong',
  'stale',
  'ledger',
] as const;

/** How old or new a signature may be, as Standard Webhooks has it; less what takes time. */
const TOLERANCE_MS = 290_000;

export type Violation = (typeof VIOLATIONS)[number];

export const isKept = ({ violations }: Verdict): boolean => VIOLATIONS.every((kind) => violations[kind].length === 0);

/** Whether a receiver took a webhook, as far as it knows itself. */
export const isTaken = ({ status }: Pick<Arrival, 'status'>): boolean => status === 204;

/** Compares what was acknowledged, what was received and what is there in the end. */
export function judge({ directories, receivers }: History): Verdict {
  return addUp([
    ...receivers.map((receiver) => judgeReceiver(receiver, directories)),
    ...directories.map(judgeDirectory),
  ]);
}

/** Of several runs. */
export const addVerdicts = (all: readonly Verdict[]): Verdict =>
  addUp(all.map(({ violations, ...counts }) => ({ counts, violations })));

function addUp(all: readonly Finding[]): Verdict {
  const sum = (name: keyof Counts): number => all.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  const list = (kind: Violation): string[] => all.flatMap(({ violations }) => violations[kind] ?? []);
  return {
    acknowledged: sum('acknowledged'),
    delivered: sum('delivered'),
    duplicated: sum('duplicated'),
    late: sum('late'),
    unrecorded: sum('unrecorded'),
    recorded: sum('recorded'),
    doubtful: sum('doubtful'),
    violations: {
      lost: list('lost'),
      reordered: list('reordered'),
      seqGaps: list('seqGaps'),
      unverified: list('unverified'),
      unexpected: list('unexpected'),
      wrong: list('wrong'),
      stale: list('stale'),
      ledger: list('ledger'),
    },
  };
}

type Counts = Omit<Verdict, 'violations'>;

interface Finding {
  readonly counts: Partial<Counts>;
  readonly violations: Readonly<Partial<Record<Violation, readonly string[]>>>;
}

function judgeReceiver(receiver: ReceiverHistory, directories: readonly DirectoryHistory[]): Finding {
  const { name, types, arrivals } = receiver;
  const ofDirectory = new Map<string, Arrival[]>(directories.map(({ id }) => [id, []]));
  const unverified: string[] = [];
  const unexpected: string[] = [];
  for (const arrival of arrivals) {
    const directoryId = readEvent(arrival.body)?.directoryId;
    const own = ofDirectory.get(directoryId ?? '');
    if (!arrival.isVerified) {
      if (isInTime(arrival)) unverified.push(`${name}: the signature of ${arrival.id}`);
    } else if (own === undefined) unexpected.push(`${name}: ${arrival.id} is no event of a known directory`);
    else own.push(arrival);
  }
  const lost: string[] = [];
  const reordered: string[] = [];
  const seqGaps: string[] = [];
  const wrong: string[] = [];
  let [delivered, late] = [0, 0];
  for (const { id, run, events, state } of directories) {
    const own = ofDirectory.get(id) ?? [];
    const taken = own.filter(isTaken);
    const evidence = { directoryId: id, run, events, ...(types === undefined ? {} : { types }) };
    const found = check({ ...evidence, webhooks: taken });
    const orders = [found, check({ ...evidence, webhooks: own })].flatMap((report) => report.reordered);
    const where = `${name}, directory ${id}:`;
    lost.push(...found.lost.map((one) => `${where} ${one.type} of ${one.id} (${one.request})`));
    reordered.push(...orders.map(({ laneKey, seq, afterSeq }) => `${where} ${seq} after ${afterSeq} of ${laneKey}`));
    seqGaps.push(...found.seqGaps.map((seq) => `${where} ${seq}`));
    unexpected.push(...found.unexpected.map((what) => `${where} ${what}`));
    wrong.push(...found.wrong.map((what) => `${where} ${what}`));
    if (types === undefined) wrong.push(...compareWithState(own, state).map((what) => `${where} ${what}, in the end`));
    delivered += found.delivered;
    late += countLate(taken);
  }
  const { disagreements, undelivered, recorded, unrecorded } = compareLedger(receiver);
  return {
    counts: { delivered, late, recorded, unrecorded, duplicated: countRepeats(arrivals) },
    violations: {
      lost: [...lost, ...undelivered],
      reordered,
      seqGaps,
      unverified,
      unexpected,
      wrong,
      ledger: disagreements,
    },
  };
}

const judgeDirectory = ({ id, run, reads, events }: DirectoryHistory): Finding => ({
  counts: {
    acknowledged: run.exchanges.filter(({ acknowledged }) => acknowledged !== null).length,
    doubtful: run.doubts.length,
  },
  violations: { stale: staleReads(reads, events).map((what) => `directory ${id}: ${what}`) },
});

/** What a process with a wrong clock has signed is refused, and has to come again. */
const isInTime = ({ at, signedAt }: Arrival): boolean => !(Math.abs(at - signedAt) > TOLERANCE_MS);

/** Arrivals of what the receiver had taken before. One that it refused, or cut off, has to come again. */
function countRepeats(arrivals: readonly Arrival[]): number {
  const taken = new Set<string>();
  return arrivals.filter((arrival) => {
    const isRepeat = taken.has(arrival.id);
    if (isTaken(arrival)) taken.add(arrival.id);
    return isRepeat;
  }).length;
}

function countLate(arrivals: readonly Arrival[]): number {
  const latest = new Map<string, number>();
  const seen = new Set<string>();
  let late = 0;
  for (const event of arrivals.flatMap(({ body }) => readEvent(body) ?? [])) {
    const keys = [subjectOf(event), ...membersIn(event)];
    if (seen.has(event.id) && keys.some((key) => event.seq < (latest.get(key) ?? 0))) late += 1;
    for (const key of keys) latest.set(key, Math.max(event.seq, latest.get(key) ?? 0));
    seen.add(event.id);
  }
  return late;
}

/** Unlike the provider, the directory is never in doubt of itself. */
function compareWithState(arrivals: readonly Arrival[], state: DirectoryHistory['state']): string[] {
  const events = new Map<number, ReceivedEvent>();
  for (const event of arrivals.flatMap(({ body }) => readEvent(body) ?? [])) events.set(event.seq, event);
  const mirror = emptyWorld();
  for (const event of [...events.values()].sort((one, other) => one.seq - other.seq)) applyEvent(mirror, event);
  return compare({ world: state, doubts: [] }, mirror);
}

interface Ledger {
  readonly disagreements: readonly string[];
  readonly undelivered: readonly string[];
  readonly recorded: number;
  readonly unrecorded: number;
}

/** Whatever is on record was seen by the receiver; what the receiver saw may miss on the record of a process that died. */
function compareLedger({ name, arrivals, ledger }: ReceiverHistory): Ledger {
  const seen = new Map<string, Arrival[]>();
  for (const arrival of arrivals) seen.set(arrival.id, [...(seen.get(arrival.id) ?? []), arrival]);
  const known = new Set(ledger.map(({ eventId }) => eventId));
  const unknown = [...seen.keys()].filter((id) => !known.has(id));
  const recorded = ledger.reduce((sum, { attempts }) => sum + attempts.length, 0);
  const unanswered = ledger.flatMap(({ attempts }) => attempts).filter(({ status }) => status === null).length;
  const cut = arrivals.filter(({ status }) => status === null).length;
  return {
    disagreements: [
      ...unknown.map((id) => `${name}: got ${id}, of which no delivery tells`),
      ...ledger.flatMap((entry) =>
        contradictions(entry, seen.get(entry.eventId) ?? []).map((what) => `${name}: ${what}`),
      ),
    ],
    undelivered: ledger
      .filter(({ status }) => status !== 'delivered')
      .map(({ eventId, status }) => `${name}: ${eventId} is still ${status}`),
    recorded,
    unrecorded: Math.max(0, arrivals.length - cut - (recorded - unanswered)),
  };
}

function contradictions({ eventId, status, attempts }: LedgerEntry, seen: readonly Arrival[]): string[] {
  const taken = seen.filter(isTaken).length;
  const successes = attempts.filter(({ error }) => error === null).length;
  const refusals = new Map<number, number>();
  for (const attempt of attempts) {
    if (attempt.error === null || attempt.status === null || attempt.status < 300) continue;
    refusals.set(attempt.status, (refusals.get(attempt.status) ?? 0) + 1);
  }
  return [
    ...(status === 'delivered' && successes === 0 ? [`${eventId} is delivered without an attempt on record`] : []),
    ...(successes > taken ? [`${eventId} succeeded ${successes} times on record and was taken ${taken} times`] : []),
    ...[...refusals]
      .filter(([code, count]) => count > seen.filter((arrival) => arrival.status === code).length)
      .map(([code, count]) => `${eventId} was refused with ${code} ${count} times on record, more often than in fact`),
  ];
}

const versioned = z.object({
  type: z.enum(['user.created', 'user.updated', 'user.deleted', 'group.created', 'group.updated', 'group.deleted']),
  data: z.object({ id: z.string(), version: z.int() }),
  cause: z.object({ requestId: z.string() }),
});

/** Of a resource that is gone: above every version. */
const GONE = Number.MAX_SAFE_INTEGER;

/** Reads that did not see what was acknowledged to the request before them, or what an earlier read had seen. */
function staleReads(reads: readonly Read[], events: readonly string[]): string[] {
  const promised = new Map<string, number>();
  const deleted = new Set<string>();
  for (const body of events) {
    const event = versioned.safeParse(JSON.parse(body)).data;
    if (event === undefined) continue;
    const { id, version } = event.data;
    const isDeletion = event.type.endsWith('.deleted');
    if (isDeletion) deleted.add(id);
    const key = `${event.cause.requestId} ${id}`;
    promised.set(key, Math.max(isDeletion ? GONE : version, promised.get(key) ?? 0));
  }
  const seenOf = (read: Read): number => read.version ?? (deleted.has(read.id) ? GONE : 0);
  const stale: string[] = [];
  const byId = new Map<string, Read[]>();
  for (const read of reads) byId.set(read.id, [...(byId.get(read.id) ?? []), read]);
  for (const [id, own] of byId) {
    for (const read of own) {
      const earlier = own.filter(({ endedAt }) => endedAt < read.startedAt).map(seenOf);
      const due = Math.max(promised.get(`${read.after} ${id}`) ?? 0, ...earlier);
      const seen = seenOf(read);
      if (seen < due)
        stale.push(
          `${id} was read as ${told(read.version)} after ${told(due === GONE ? null : due)}, behind the request ${read.after}`,
        );
    }
  }
  return stale;
}

const told = (version: number | null): string => (version === null ? 'absent' : `version ${version}`);
