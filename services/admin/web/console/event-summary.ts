import { subjectOf } from './events/subject.js';
import type { Event } from './shapes.js';

/** What an event says, in a few words beside its type: what has changed, or who it is about. */
export const summaryOf = ({ data, previous }: Pick<Event, 'data' | 'previous'>): string =>
  previous === undefined ? subjectOf({ data }) : Object.keys(previous).join(', ');
