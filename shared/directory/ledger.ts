import { storeEvent, type EventDraft, type StoredEvent } from '../events/envelope.js';
import { laneKeys } from '../events/event.js';
import { iso } from '../events/timestamp.js';
import {
  EVENT_BYTES_MAX,
  frameAfter,
  type Change,
  type Commit,
  type Decider,
  type Head,
  type HeldEvent,
} from './commit.js';
import type { Circumstances } from './decide.js';
import { guardEvent, type GuardState, type Hold } from './guard.js';
import { NO_RULES } from './mapping.js';
import type { Scope } from './normalize.js';
import type { View } from './view.js';

/** Gathers the events of a batch for its commit: numbers them, or holds them as the deletion guard says. */
export interface Ledger {
  readonly place: Circumstances;
  /** Of the newest event so far. */
  readonly lastSeq: number;
  /** Throws one `Missing` when it is not known which of what the events are about is held. A directory that holds nothing knows. */
  require(drafts: readonly EventDraft[]): void;
  /** Takes the events of a command that came with `traceparent`, if they still fit into this commit, or ever into one. */
  append(drafts: readonly EventDraft[], traceparent: string | undefined): 'appended' | 'next commit' | 'never';
  commit(changes: readonly Change[]): Commit | undefined;
}

/** What a command's events come to, beside what the ledger has already: taken over as a whole, or not at all. */
interface Entry {
  readonly events: StoredEvent[];
  readonly held: HeldEvent[];
  readonly heldKeys: Set<string>;
  /** Of the command. */
  readonly traceparent: string | undefined;
  guard: GuardState;
  users: number;
  failureToldAt: number;
  bytes: number;
}

/** Where entries are made. */
interface Desk {
  readonly head: Head;
  readonly view: Pick<View, 'require' | 'isHeld'>;
  readonly decider: Decider;
  readonly scope: Scope;
  readonly at: number;
  readonly timestamp: string;
  readonly total: Entry;
}

export function createLedger(head: Head, view: Pick<View, 'require' | 'isHeld'>, decider: Decider): Ledger {
  const { organizationId, id: directoryId } = decider.directory;
  const scope = { organizationId, directoryId };
  const frame = frameAfter(head, decider);
  const { at } = frame;
  const users = head.counts['User'] ?? 0;
  const total = emptyEntry({ guard: head.guard, users, failureToldAt: head.failureToldAt }, undefined);
  const desk = { head, view, decider, scope, at, timestamp: iso(at), total };
  return {
    place: {
      ...scope,
      at,
      headAt: head.at,
      rules: decider.directory.rules ?? NO_RULES,
      get failureToldAt() {
        return total.failureToldAt;
      },
    },
    get lastSeq() {
      return head.lastSeq + total.events.length;
    },
    require(drafts) {
      if (head.guard.hold !== null) view.require({ heldKeys: new Set(drafts.flatMap(laneKeys)) });
    },
    append(drafts, traceparent) {
      const entry = emptyEntry(total, traceparent);
      drafts.forEach((draft) => enter(desk, entry, draft));
      if (entry.bytes > EVENT_BYTES_MAX) return 'never';
      if (total.bytes + entry.bytes > EVENT_BYTES_MAX) return 'next commit';
      add(total, entry);
      return 'appended';
    },
    commit(changes) {
      const { events, held, guard, failureToldAt } = total;
      const all = [...changes, ...held.map((event): Change => ({ kind: 'hold', event }))];
      if (all.length === 0 && events.length === 0) return undefined;
      const lastSeq = head.lastSeq + events.length;
      const counts = countsAfter(head.counts, changes);
      return { ...frame, lastSeq, counts, guard, failureToldAt, changes: all, events };
    },
  };
}

/** Numbers an event or holds it; the one that makes the directory hold is followed by `directory.held`. */
function enter(desk: Desk, entry: Entry, draft: EventDraft): void {
  const { hold } = entry.guard;
  const isFollower = hold !== null && laneKeys(draft).some((key) => isKeyHeld(desk, entry, key));
  const watch = { guard: desk.decider.directory.deletionGuard, at: desk.at, users: entry.users, isFollower };
  const { state, isHeld } = guardEvent(entry.guard, draft, watch);
  entry.guard = state;
  entry.users += usersGained(draft);
  if (isHeld) keep(desk, entry, draft);
  else number(desk, entry, draft);
  if (hold === null && state.hold !== null) number(desk, entry, heldDraft(state.hold, draft, desk.scope));
}

const isKeyHeld = ({ head, view, total }: Desk, entry: Entry, key: string): boolean =>
  entry.heldKeys.has(key) || total.heldKeys.has(key) || (head.guard.hold !== null && view.isHeld(key));

function number({ head, decider, scope, at, timestamp, total }: Desk, entry: Entry, draft: EventDraft): void {
  const seq = head.lastSeq + total.events.length + entry.events.length + 1;
  const { traceparent } = entry;
  const event = storeEvent(draft, { id: decider.newId(), seq, timestamp, ...scope, traceparent });
  entry.events.push(event);
  entry.bytes += Buffer.byteLength(event.body);
  if (draft.type === 'directory.provisioning_failed') entry.failureToldAt = at;
}

function keep({ decider, at }: Desk, entry: Entry, draft: EventDraft): void {
  const keys = [...new Set(laneKeys(draft))];
  const { traceparent } = entry;
  const traced = traceparent === undefined ? {} : { traceparent };
  const event: HeldEvent = { order: entry.guard.lastOrder, id: decider.newId(), heldAt: at, keys, draft, ...traced };
  entry.held.push(event);
  keys.forEach((key) => entry.heldKeys.add(key));
  entry.bytes += Buffer.byteLength(JSON.stringify(event));
}

const emptyEntry = (
  { guard, users, failureToldAt }: Pick<Entry, 'guard' | 'users' | 'failureToldAt'>,
  traceparent: string | undefined,
): Entry => ({
  events: [],
  held: [],
  heldKeys: new Set(),
  traceparent,
  guard,
  users,
  failureToldAt,
  bytes: 0,
});

function add(total: Entry, { events, held, heldKeys, bytes, guard, users, failureToldAt }: Entry): void {
  events.forEach((event) => total.events.push(event));
  held.forEach((event) => total.held.push(event));
  heldKeys.forEach((key) => total.heldKeys.add(key));
  total.bytes += bytes;
  Object.assign(total, { guard, users, failureToldAt });
}

const usersGained = ({ type }: EventDraft): number => (type === 'user.created' ? 1 : type === 'user.deleted' ? -1 : 0);

/** Says that the directory holds; `first` is the event that made it. */
function heldDraft({ limit, maximum, window }: Hold, { cause }: EventDraft, scope: Scope): EventDraft {
  const { directoryId: id, organizationId } = scope;
  const data = { id, organizationId, limit, maximum, counted: window.removals, since: iso(window.since) };
  return { type: 'directory.held', data, cause };
}

function countsAfter(before: Head['counts'], changes: readonly Change[]): Head['counts'] {
  const counts: Record<string, number> = { ...before };
  for (const change of changes) {
    if (change.kind === 'put' && change.isNew) {
      counts[change.resource.type] = (counts[change.resource.type] ?? 0) + 1;
    } else if (change.kind === 'delete') {
      counts[change.type] = (counts[change.type] ?? 0) - 1;
    }
  }
  return counts;
}
