import type { EventDraft } from '../events/envelope.js';
import { eraseUser } from '../events/erase.js';
import type { Change, HeldEvent } from './commit.js';

/** A commit's changes without a user's attributes and index keys, and without what held events tell of it. */
export const eraseUserFrom = (changes: readonly Change[], userId: string): Change[] =>
  changes.map((change) => {
    if (change.kind === 'put' && change.resource.id === userId)
      return { ...change, resource: { ...change.resource, attributes: {}, keys: [] } };
    if (change.kind === 'hold') return { ...change, event: eraseUserFromHeld(change.event, userId) ?? change.event };
    return change;
  });

/** A held event without a user's personal data, as `eraseUser` has it; undefined when it has none. */
export function eraseUserFromHeld(event: HeldEvent, userId: string): HeldEvent | undefined {
  const draft = eraseUser(JSON.stringify(event.draft), userId);
  return draft === undefined ? undefined : { ...event, draft: JSON.parse(draft) as EventDraft };
}
