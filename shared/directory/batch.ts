import type { EventDraft } from '../events/envelope.js';
import { NotFound, PayloadTooLarge } from '../scim/errors.js';
import type { Command, Outcome } from './command.js';
import { EVENT_BYTES_MAX, type Commit, type Decider, type Head } from './commit.js';
import { decide, type Decision } from './decide.js';
import type { DirectoryRef } from './deletion.js';
import { createLedger } from './ledger.js';
import { mergeNeeds, NO_NEEDS, type Needs } from './needs.js';
import { Missing, View, type Facts } from './view.js';

/** Most commands in one commit. */
export const BATCH_MAX = 64;

/** What a batch comes to. `outcomes` answers the commands in order; those beyond its length wait for the next commit. */
export interface Batch {
  /** Undefined when nothing changes. */
  readonly commit: Commit | undefined;
  readonly outcomes: readonly Outcome[];
}

/**
 * Decides commands one after another on the same view and folds them into one commit. A refused command fails alone. The
 * first commit of a directory begins with `directory.activated`. Throws `Missing` with everything that any of the commands lacks.
 */
export function decideBatch(head: Head, facts: Facts, commands: readonly Command[], decider: Decider): Batch {
  if (head.deleted)
    return { commit: undefined, outcomes: commands.map(() => refusal(directoryGone(decider.directory.id))) };
  const view = new View(facts);
  const ledger = createLedger(head, view, decider);
  const outcomes: Outcome[] = [];
  let toldUpTo = head.lastSeq;
  let missing: Needs | undefined;
  const [first] = commands;
  if (head.number === 0 && first !== undefined)
    ledger.append([activation(decider.directory, first)], first.traceparent);

  for (const command of commands) {
    let decision: Decision;
    try {
      decision = decide(view, command, ledger.place);
      ledger.require(decision.events);
    } catch (error) {
      if (error instanceof Missing) missing = mergeNeeds(missing ?? NO_NEEDS, error.needs);
      outcomes.push(refusal(error));
      continue;
    }
    if (missing !== undefined) continue;
    const appended = ledger.append(decision.events, command.traceparent);
    if (appended === 'next commit') break;
    if (appended === 'never') {
      outcomes.push(refusal(tooLarge()));
      continue;
    }
    view.apply(decision.changes);
    const events = toldUpTo < ledger.lastSeq ? { first: toldUpTo + 1, last: ledger.lastSeq } : undefined;
    toldUpTo = ledger.lastSeq;
    outcomes.push({ ok: true, resource: decision.resource, events });
  }
  if (missing !== undefined) throw new Missing(missing);
  return { commit: ledger.commit(view.changes()), outcomes };
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
