import { storeEvent, type EventDraft, type StoredEvent } from '../events/envelope.js';
import { iso } from '../events/timestamp.js';
import { NotFound, PayloadTooLarge } from '../scim/errors.js';
import type { Command, Outcome } from './command.js';
import { TOMBSTONE_LIFE_MS, type Change, type Commit, type Head } from './commit.js';
import { decide, type Circumstances, type Decision } from './decide.js';
import type { DirectoryRef } from './deletion.js';
import { mergeNeeds, NO_NEEDS, type Needs } from './needs.js';
import { Missing, View, type Facts } from './view.js';

/** Most commands in one commit. */
export const BATCH_MAX = 64;

/** Most bytes of event bodies in one commit, and so of one command: a commit stays well under a document store's 16 MB. */
const EVENT_BYTES_MAX = 4_000_000;

/** What a batch comes to. `outcomes` answers the commands in order; those beyond its length wait for the next commit. */
export interface Batch {
  /** Undefined when nothing changes. */
  readonly commit: Commit | undefined;
  readonly outcomes: readonly Outcome[];
}

/** Who decides, and when. */
export interface Decider {
  readonly directory: DirectoryRef;
  readonly now: number;
  readonly newId: () => string;
}

/**
 * Decides commands one after another on the same view and folds them into one commit. A refused command fails alone. The
 * first commit of a directory begins with `directory.activated`. Throws `Missing` with everything that any of the commands lacks.
 */
export function decideBatch(head: Head, facts: Facts, commands: readonly Command[], decider: Decider): Batch {
  if (head.deleted)
    return { commit: undefined, outcomes: commands.map(() => refusal(directoryGone(decider.directory.id))) };
  const view = new View(facts);
  const ledger = createLedger(head, decider);
  const outcomes: Outcome[] = [];
  let missing: Needs | undefined;
  if (head.number === 0 && commands[0] !== undefined) ledger.append([activation(decider.directory, commands[0])]);

  for (const command of commands) {
    let decision: Decision;
    try {
      decision = decide(view, command, ledger.place);
    } catch (error) {
      if (error instanceof Missing) missing = mergeNeeds(missing ?? NO_NEEDS, error.needs);
      outcomes.push(refusal(error));
      continue;
    }
    if (missing !== undefined) continue;
    const appended = ledger.append(decision.events);
    if (appended === 'next commit') break;
    if (appended === 'never') {
      outcomes.push(refusal(tooLarge()));
      continue;
    }
    view.apply(decision.changes);
    outcomes.push({ ok: true, resource: decision.resource });
  }
  if (missing !== undefined) throw new Missing(missing);
  return { commit: ledger.commit(view.changes()), outcomes };
}

interface Ledger {
  readonly place: Circumstances;
  /** Numbers and serializes events, if they still fit into this commit, or ever into one. */
  append(drafts: readonly EventDraft[]): 'appended' | 'next commit' | 'never';
  commit(changes: readonly Change[]): Commit | undefined;
}

function createLedger(head: Head, { directory, now, newId }: Decider): Ledger {
  const at = Math.max(now, head.at);
  const place = { directoryId: directory.id, organizationId: directory.organizationId, at };
  const timestamp = iso(at);
  const events: StoredEvent[] = [];
  let bytes = 0;
  return {
    place,
    append(drafts) {
      const stored = drafts.map((draft, index) =>
        storeEvent(draft, {
          id: newId(),
          seq: head.lastSeq + events.length + index + 1,
          timestamp,
          organizationId: directory.organizationId,
          directoryId: directory.id,
        }),
      );
      const added = stored.reduce((sum, event) => sum + Buffer.byteLength(event.body), 0);
      if (added > EVENT_BYTES_MAX) return 'never';
      if (bytes + added > EVENT_BYTES_MAX) return 'next commit';
      events.push(...stored);
      bytes += added;
      return 'appended';
    },
    commit(changes) {
      if (changes.length === 0 && events.length === 0) return undefined;
      return {
        directoryId: directory.id,
        partition: directory.partition,
        number: head.number + 1,
        nonce: newId(),
        at,
        purgeAt: at + TOMBSTONE_LIFE_MS,
        lastSeq: head.lastSeq + events.length,
        counts: countsAfter(head.counts, changes),
        deleted: false,
        changes,
        events,
      };
    },
  };
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

const refusal = (error: unknown): Outcome => ({ ok: false, error });

export const directoryGone = (directoryId: string): NotFound =>
  new NotFound(`There is no directory "${directoryId}". Check the SCIM base URL.`);

const tooLarge = (): PayloadTooLarge =>
  new PayloadTooLarge(
    `The change would cause more than ${EVENT_BYTES_MAX / 1_000_000} MB of events. Split it: change fewer members per request.`,
  );

const activation = (directory: DirectoryRef, { requestId }: Command): EventDraft => ({
  type: 'directory.activated',
  data: { id: directory.id, organizationId: directory.organizationId },
  cause: { requestId },
});
