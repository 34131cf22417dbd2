import type { EventDraft } from '../events/envelope.js';
import { iso } from '../events/timestamp.js';
import type { Command } from './command.js';
import type { Circumstances } from './decide.js';

/** `directory.provisioning_failed` comes at most this often. */
const TELL_EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Tells that a provider's changes keep failing, unless that was told lately, or something was committed since the first of them
 * failed: then another process has seen a success, or this one was told of by another.
 */
export function decideReport(
  { requestId, streak }: Command & { kind: 'report' },
  { at, headAt, failureToldAt, directoryId, organizationId }: Circumstances,
): EventDraft[] {
  const { since, count, last } = streak;
  if (headAt > since || at < failureToldAt + TELL_EVERY_MS) return [];
  const data = { id: directoryId, organizationId, since: iso(since), count, last };
  return [{ type: 'directory.provisioning_failed', data, cause: { requestId } }];
}
