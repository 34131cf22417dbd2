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

/** Lines that cannot be written wait for the next one, up to here; what is more is lost. */
const UNWRITTEN_MAX_BYTES = 1_048_576;

/** JSON lines on standard output. `role` is on every line. A disk that is full of them stops nothing. */
export function createLogger(role: string, level: string): Logger {
  const output = pino.destination({ fd: process.stdout.fd, sync: true, maxLength: UNWRITTEN_MAX_BYTES });
  output.on('error', () => undefined);
  return pino({ level, base: { role }, formatters: { log: allowed } }, output);
}

const names: ReadonlySet<string> = new Set(FIELDS);
const allowed = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)));
