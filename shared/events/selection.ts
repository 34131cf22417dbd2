import type { StoredEvent } from './envelope.js';
import { EVENT_TYPES, laneKeys, type DirectoryEvent } from './event.js';

const subjects = new Set(EVENT_TYPES.map((type) => type.slice(0, type.indexOf('.'))));

/** What can be subscribed to: a type, all types of one subject (`user.*`), or all (`*`). */
export const TYPE_PATTERNS: readonly string[] = [
  ...EVENT_TYPES,
  ...[...subjects].map((subject) => `${subject}.*`),
  '*',
];

/** Whether one of the patterns takes in the type. No pattern at all: every type. */
export const matchesType = (patterns: readonly string[], type: string): boolean =>
  patterns.length === 0 ||
  patterns.some(
    (pattern) =>
      pattern === type || pattern === '*' || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))),
  );

/** Which events are wanted; what is undefined does not matter. */
export interface EventSelection {
  /** Patterns; none: every type. */
  readonly types: readonly string[];
  readonly organizationId?: string | undefined;
  /** A user, a group or a directory that the event is about; see `laneKeys`. */
  readonly resourceId?: string | undefined;
  /** Committed at that time or later; milliseconds. */
  readonly since?: number | undefined;
  /** Committed before that time; milliseconds. */
  readonly until?: number | undefined;
}

export const isEverything = (selection: EventSelection): boolean =>
  selection.types.length === 0 && !looksInside(selection);

/** The body is read only when something else than the type is asked for. */
export function selects(selection: EventSelection, { type, body }: Pick<StoredEvent, 'type' | 'body'>): boolean {
  if (!matchesType(selection.types, type)) return false;
  if (!looksInside(selection)) return true;
  const { organizationId, resourceId, since, until } = selection;
  const event = JSON.parse(body) as DirectoryEvent;
  const at = Date.parse(event.timestamp);
  return (
    (organizationId === undefined || organizationId === event.organizationId) &&
    (since === undefined || at >= since) &&
    (until === undefined || at < until) &&
    (resourceId === undefined || laneKeys(event).includes(resourceId))
  );
}

const looksInside = ({ organizationId, resourceId, since, until }: EventSelection): boolean =>
  [organizationId, resourceId, since, until].some((value) => value !== undefined);
