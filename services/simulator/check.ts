import type { EventType } from '../../shared/events/event.js';
import { applyEvent, membersIn, readEvent, subjectOf, type ReceivedEvent, type Webhook } from './received.js';
import type { Exchange } from './session.js';
import type { Run } from './simulator.js';
import { differences, emptyWorld, type ExpectedEvent, type World } from './truth.js';

export interface Evidence {
  readonly directoryId: string;
  readonly run: Pick<Run, 'exchanges' | 'world' | 'doubts'>;
  /** What one receiver got, in order of arrival. Those of other directories are left aside. */
  readonly webhooks: readonly Webhook[];
  /** The directory's events as the Events API lists them, body by body. Undefined: not compared. */
  readonly events?: readonly string[];
  /**
   * The event types that the receiver subscribes to, for which `events` are needed: they tell what it is right not to get. Undefined:
   * all of them. No copy can be built from a part.
   */
  readonly types?: readonly EventType[];
}

/** Everything but `acknowledged`, `delivered`, `duplicated` and `doubtful` tells of a broken promise. */
export interface Report {
  /** Writes that were answered with a 2xx. */
  readonly acknowledged: number;
  /** Different events that arrived and verified. */
  readonly delivered: number;
  /** Events that were acknowledged, or are listed, and did not arrive. */
  readonly lost: readonly Lost[];
  /** Arrivals of an event that had arrived before: allowed. */
  readonly duplicated: number;
  /** First arrivals behind a later event about the same user or group. */
  readonly reordered: readonly Reordered[];
  /** Numbers that never arrived. */
  readonly seqGaps: readonly number[];
  /** Webhooks whose signature does not fit; they count as not arrived. */
  readonly unverified: number;
  /** Events that nothing explains, in words. */
  readonly unexpected: readonly string[];
  /** Where the copy built from the webhooks differs from the truth, in words. */
  readonly wrong: readonly string[];
  /** Resources whose truth is unknown, because no certain answer came; they are not compared. */
  readonly doubtful: number;
}

interface Lost {
  readonly requestId: string;
  readonly request: string;
  readonly type: EventType;
  /** The user or group. */
  readonly id: string;
}

interface Reordered {
  /** The user or group. */
  readonly laneKey: string;
  readonly seq: number;
  /** The later number that arrived before. */
  readonly afterSeq: number;
}

/** Compares what was acknowledged, what must be true now, and what a receiver got. */
export function check({ directoryId, run, webhooks, events, types }: Evidence): Report {
  const { arrivals, duplicated, unverified, oddities } = sift(webhooks, directoryId);
  const acknowledged = run.exchanges.filter((exchange) => exchange.acknowledged !== null);
  const bySeq = [...arrivals].sort((one, other) => one.seq - other.seq);
  const isMeant = ({ type }: { readonly type: EventType }): boolean => types?.includes(type) !== false;
  const listed = (events ?? []).map(readEvent).filter((event) => event !== undefined);
  const notMeant = new Set(listed.filter((event) => !isMeant(event)).map(({ seq }) => seq));
  const mirror = emptyWorld();
  bySeq.forEach((event) => applyEvent(mirror, event));
  return {
    acknowledged: acknowledged.length,
    delivered: arrivals.length,
    lost: distinct([...lostChanges(acknowledged, arrivals), ...neverArrived(listed, arrivals)].filter(isMeant)),
    duplicated,
    reordered: reorderings(arrivals),
    seqGaps: gaps(bySeq, listed).filter((seq) => !notMeant.has(seq)),
    unverified,
    unexpected: [
      ...oddities,
      ...arrivals.filter((event) => !isMeant(event)).map(notSubscribed),
      ...sharedNumbers(bySeq),
      ...unexplained(run.exchanges, arrivals),
      ...(events === undefined ? [] : unlisted(events, webhooks, directoryId)),
    ],
    wrong: types === undefined ? compare(run, mirror) : [],
    doubtful: run.doubts.length,
  };
}

/** Whether the promise was kept. */
export const isKept = ({ lost, reordered, seqGaps, unverified, unexpected, wrong }: Report): boolean =>
  [lost, reordered, seqGaps, unexpected, wrong].every(({ length }) => length === 0) && unverified === 0;

interface Sifted {
  /** First arrivals, in order. */
  readonly arrivals: readonly ReceivedEvent[];
  readonly duplicated: number;
  readonly unverified: number;
  readonly oddities: readonly string[];
}

function sift(webhooks: readonly Webhook[], directoryId: string): Sifted {
  const arrivals = new Map<string, ReceivedEvent>();
  const oddities: string[] = [];
  let [duplicated, unverified] = [0, 0];
  for (const webhook of webhooks) {
    const event = readEvent(webhook.body);
    if (!webhook.isVerified) unverified += 1;
    else if (event === undefined)
      oddities.push(`webhook ${webhook.id} is no event as documented: ${webhook.body.slice(0, 200)}`);
    else if (event.directoryId !== directoryId) continue;
    else if (event.id !== webhook.id) oddities.push(`webhook ${webhook.id} carries the event ${event.id}`);
    else if (arrivals.has(event.id)) duplicated += 1;
    else arrivals.set(event.id, event);
  }
  return { arrivals: [...arrivals.values()], duplicated, unverified, oddities };
}

/** Expected events of certain acknowledgements that no arrival with their request id answers. */
function lostChanges(acknowledged: readonly Exchange[], arrivals: readonly ReceivedEvent[]): Lost[] {
  const byRequest = groupBy(arrivals, ({ cause }) => cause.requestId);
  return acknowledged.flatMap(({ acknowledged: promise, requestId, method, path }) => {
    if (promise?.certain !== true) return [];
    const caused = byRequest.get(requestId ?? '') ?? [];
    return promise.expected
      .filter((expected) => !isAnswered(expected, caused))
      .map(({ type, id }) => ({ requestId: requestId ?? '', request: `${method} ${path}`, type, id }));
  });
}

function isAnswered({ type, id, members }: ExpectedEvent, caused: readonly ReceivedEvent[]): boolean {
  const answers = caused.filter((event) => event.type === type && subjectOf(event) === id);
  const named = new Set(answers.flatMap(membersIn));
  return answers.length > 0 && named.size === members.length && members.every((member) => named.has(member));
}

function neverArrived(listed: readonly ReceivedEvent[], arrivals: readonly ReceivedEvent[]): Lost[] {
  const arrived = new Set(arrivals.map(({ id }) => id));
  return listed
    .filter(({ id }) => !arrived.has(id))
    .map((event) => ({
      requestId: event.cause.requestId,
      request: 'in the list of events',
      type: event.type,
      id: subjectOf(event),
    }));
}

/** What is listed and was promised is lost once. */
const distinct = (lost: readonly Lost[]): Lost[] =>
  [...new Map([...lost].reverse().map((one) => [`${one.requestId} ${one.type} ${one.id}`, one])).values()].reverse();

/** The keys are worked out here anew, so that an error in the product's own cannot hide itself. */
function reorderings(arrivals: readonly ReceivedEvent[]): Reordered[] {
  const latest = new Map<string, number>();
  return arrivals.flatMap((event) =>
    [subjectOf(event), ...membersIn(event)].flatMap((laneKey) => {
      const afterSeq = latest.get(laneKey) ?? 0;
      latest.set(laneKey, Math.max(afterSeq, event.seq));
      return event.seq < afterSeq ? [{ laneKey, seq: event.seq, afterSeq }] : [];
    }),
  );
}

function gaps(arrivals: readonly ReceivedEvent[], listed: readonly ReceivedEvent[]): number[] {
  const seen = new Set(arrivals.map(({ seq }) => seq));
  const last = Math.max(0, ...seen, ...listed.map(({ seq }) => seq));
  return Array.from({ length: last }, (_, index) => index + 1).filter((seq) => !seen.has(seq));
}

const sharedNumbers = (arrivals: readonly ReceivedEvent[]): string[] =>
  [...groupBy(arrivals, ({ seq }) => seq)]
    .filter(([, events]) => events.length > 1)
    .map(([seq, events]) => `${events.length} events share the seq ${seq}: ${events.map(({ id }) => id).join(', ')}`);

const notSubscribed = ({ type, seq }: ReceivedEvent): string => `${type} (seq ${seq}), which was not subscribed to`;

/** Events of requests that promised no such event: of a refused one, or of one that changed nothing. */
function unexplained(exchanges: readonly Exchange[], arrivals: readonly ReceivedEvent[]): string[] {
  const byRequest = new Map(exchanges.map((exchange) => [exchange.requestId, exchange]));
  // No answer, or the one of a gateway that got none: the request may have been carried out under an id that nobody was told.
  const mayHideCauses = exchanges.some(({ status, requestId }) => requestId === null && (status ?? 500) >= 500);
  return arrivals.flatMap((event) => {
    if (event.type === 'directory.activated') return [];
    const exchange = byRequest.get(event.cause.requestId);
    const isExplained =
      exchange === undefined
        ? mayHideCauses
        : exchange.acknowledged === null
          ? (exchange.status ?? 0) >= 500
          : !exchange.acknowledged.certain || promises(exchange.acknowledged.expected, event);
    return isExplained
      ? []
      : [`${event.type} (seq ${event.seq}) of the request ${event.cause.requestId}, which did not promise it`];
  });
}

const promises = (expected: readonly ExpectedEvent[], event: ReceivedEvent): boolean =>
  expected.some(({ type, id }) => type === event.type && id === subjectOf(event));

/** Webhooks whose bytes differ from the listed event's. */
function unlisted(events: readonly string[], webhooks: readonly Webhook[], directoryId: string): string[] {
  const bodies = new Set(events);
  return webhooks
    .filter(({ isVerified, body }) => isVerified && readEvent(body)?.directoryId === directoryId && !bodies.has(body))
    .map(({ id }) => `webhook ${id} is not in the list of events as it arrived`);
}

/** Where a copy differs from the truth, in words; what is in doubt is left aside. */
export function compare({ world, doubts }: Pick<Run, 'world' | 'doubts'>, mirror: World): string[] {
  const doubtful = new Set(doubts.map(({ id }) => id));
  const spare = { User: 0, Group: 0 };
  for (const { id, type } of doubts) if (id === null) spare[type] += 1;
  return [
    ...compareStates('user', world.users, mirror.users, doubtful, spare.User),
    ...compareStates('group', world.groups, mirror.groups, doubtful, spare.Group),
    ...[...world.groups.keys()]
      .filter((id) => !doubtful.has(id))
      .flatMap((id) => compareMembers(id, world.members.get(id), mirror.members.get(id), doubtful)),
  ];
}

/** `spare`: how many resources the mirror may have beyond the truth. */
function compareStates<State extends Parameters<typeof differences>[0]>(
  what: string,
  truth: ReadonlyMap<string, State>,
  mirror: ReadonlyMap<string, State>,
  doubtful: ReadonlySet<string | null>,
  spare: number,
): string[] {
  const surplus = [...mirror.keys()].filter((id) => !truth.has(id) && !doubtful.has(id));
  const wrong = [...truth].flatMap(([id, state]) => {
    if (doubtful.has(id)) return [];
    const told = mirror.get(id);
    if (told === undefined) return [`${what} ${id} exists, but webhooks do not tell of it`];
    const fields = differences(state, told);
    return fields.length === 0 ? [] : [`${what} ${id} differs from what webhooks tell in ${fields.join(', ')}`];
  });
  return [
    ...wrong,
    ...(surplus.length > spare ? surplus.map((id) => `${what} ${id} is gone, but not by webhooks`) : []),
  ];
}

function compareMembers(
  groupId: string,
  truth: ReadonlySet<string> = new Set(),
  mirror: ReadonlySet<string> = new Set(),
  doubtful: ReadonlySet<string | null>,
): string[] {
  const wrong = [...new Set([...truth, ...mirror])].filter(
    (id) => truth.has(id) !== mirror.has(id) && !doubtful.has(id),
  );
  return wrong.map((id) => `group ${groupId}: ${id} is ${truth.has(id) ? 'a' : 'no'} member, webhooks tell otherwise`);
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
