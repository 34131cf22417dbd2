import type { FailureStreak } from '../../shared/directory/command.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { remember } from '../../shared/runtime/remember.js';
import type { ScimError } from '../../shared/scim/errors.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { BulkMethod } from '../../shared/scim/bulk.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import type { Call, TypeOperation } from './call.js';
import type { Writer } from './writer.js';

/** So many changes have to fail in a row … */
const FAILURES_MIN = 10;
/** … over so long a time, before it is told. */
const LASTS_MIN_MS = 10 * 60_000;

/** Most directories whose failures are remembered. */
const DIRECTORIES_MAX = 10_000;
/** Most characters of a refusal that an event repeats. */
const DETAIL_MAX = 500;

export interface StreakDeps {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly errorOf: (thrown: unknown) => ScimError;
}

/** The operations that change something. */
export type Writes = Readonly<Record<BulkMethod, TypeOperation>>;

/**
 * Notices when a directory's changes keep failing, and has it told with `directory.provisioning_failed`: refused or failed ones
 * with nothing but such ones between them. A success ends the streak. Requests without a live token never get here, because
 * anybody can send those.
 */
export function watchFailures({ writer, clock, logger, errorOf }: StreakDeps, writes: Writes): Writes {
  const streaks = new Map<string, FailureStreak>();

  const tell = ({ directory, requestId, traceparent }: Call, streak: FailureStreak): void => {
    // It begins anew: the directory's head knows whether it was told lately.
    streaks.delete(directory.id);
    writer.submit(directory, { kind: 'report', requestId, traceparent, streak }).catch((error: unknown) => {
      logger.warn({ err: error, directoryId: directory.id }, 'That provisioning keeps failing could not be recorded.');
    });
  };
  const fail = (call: Call, type: ResourceType, method: BulkMethod, thrown: unknown): void => {
    const now = clock();
    const { status, scimType = null, detail } = errorOf(thrown);
    const { since, count } = streaks.get(call.directory.id) ?? { since: now, count: 0 };
    const path = method === 'POST' ? type.endpoint : `${type.endpoint}/:id`;
    const last = { method, path, status, scimType, detail: detail.slice(0, DETAIL_MAX) };
    const streak = { since, count: count + 1, last };
    remember(streaks, call.directory.id, streak, DIRECTORIES_MAX);
    if (streak.count >= FAILURES_MIN && now - since >= LASTS_MIN_MS) tell(call, streak);
  };
  const watched =
    (method: BulkMethod): TypeOperation =>
    async (call, type) => {
      try {
        const reply = await writes[method](call, type);
        streaks.delete(call.directory.id);
        return reply;
      } catch (thrown) {
        fail(call, type, method, thrown);
        throw thrown;
      }
    };
  return { POST: watched('POST'), PUT: watched('PUT'), PATCH: watched('PATCH'), DELETE: watched('DELETE') };
}
