import type { StoredEvent } from './envelope.js';
import { EVENT_TYPES, laneKeys, OPERATIONAL_TYPES, type DirectoryEvent } from './event.js';

const isOperational = (type: string): boolean => OPERATIONAL_TYPES.some((one) => one === type);

function patternsOf(types: readonly string[]): readonly string[] {
  const subjects = new Set(types.map((type) => type.slice(0, type.indexOf('.'))));
  return [...types, ...[...subjects].map((subject) => `${subject}.*`), '*'];
}

/** What can be subscribed to: a type, all types of one subject (`user.*`), or all (`*`). */
export const TYPE_PATTERNS = patternsOf(EVENT_TYPES);
/** Those of what directories' chains have. */
export const DIRECTORY_PATTERNS = patternsOf(EVENT_TYPES.filter((type) => !isOperational(type)));

/**
 * Whether one of the patterns takes in the type. No pattern at all, as `*`, is every type but the operational ones: these have to
 * be asked for by type or subject, so that a receiver of what directories tell never gets an event without a `seq`.
 */
export const matchesType = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))) ||
  ((patterns.length === 0 || patterns.includes('*')) && !isOperational(type));

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
  // Most are about others: to see that costs a tenth of reading them.
  if (resourceId !== undefined && !body.includes(resourceId)) return false;
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
