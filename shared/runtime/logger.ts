import { pino } from 'pino';

/**
 * What a log line may have besides its message: ids, numbers, names of parts, and errors. Nothing that an identity provider has sent of
 * a person, and no secret. What is not in this list is not written, whoever hands it over.
 */
const FIELDS = [
  ...['err', 'error', 'stack', 'name', 'reason', 'failures', 'driver'],
  ...['requestId', 'method', 'port', 'role'],
  ...['directoryId', 'endpointId', 'deliveryId', 'eventId', 'storedEventId', 'eventType'],
  ...['seq', 'afterSeq', 'upTo', 'number', 'offset', 'partition', 'partitions', 'topic', 'group'],
  ...['stillMs', 'pauseMs', 'entries', 'endpoints', 'positions', 'commits', 'deliveries', 'attempts', 'tombstones'],
  ...['requests', 'audit', 'idempotencyKeys', 'setupLinks', 'tallies', 'erasures'],
] as const;

type Fields = { readonly [Name in (typeof FIELDS)[number]]?: unknown };

/** The part of a pino logger that the product uses: fields, then a message. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** JSON lines on standard output. `role` is on every line. */
export const createLogger = (role: string, level: string): Logger =>
  pino({ level, base: { role }, formatters: { log: allowed } });

const names: ReadonlySet<string> = new Set(FIELDS);
const allowed = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)));
