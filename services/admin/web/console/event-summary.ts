import { subjectOf } from './events/subject.js';
import type { Event } from './shapes.js';

/** What an event says, in a few words beside its type: who it is about, and what has changed of them. */
export function summaryOf(event: Pick<Event, 'data' | 'previous'>): string {
  const changed = changedIn(event);
  return changed === '' ? subjectOf(event) : `${subjectOf(event)}: ${changed}`;
}

/** The same where everybody knows who: "title, department". */
export const changedIn = ({ previous }: Pick<Event, 'previous'>): string => Object.keys(previous ?? {}).join(', ');
