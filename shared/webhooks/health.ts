const HOUR_MS = 3_600_000;

/** An endpoint that has answered with nothing but failures for so long is disabled. */
const DISABLE_AFTER_MS = 5 * 24 * HOUR_MS;
/** A run of failures is worth a write to the store once it is this long. */
const STORE_AFTER_MS = HOUR_MS;

/** What the store has of an endpoint's health. */
export interface StoredHealth {
  /** Since when every attempt has failed, as far as the store was told; null: unknown, or there was a success. */
  readonly failingSince: number | null;
  /** When somebody changed the endpoint: failures before that are of another one. */
  readonly updatedAt: number;
}

/** The failures of an endpoint since its last success, as one process has seen them. */
export interface FailingRun {
  readonly since: number;
  /** Whether the store was told. */
  readonly isStored: boolean;
}

export interface Judgement {
  /** Undefined after a success. */
  readonly run: FailingRun | undefined;
  /** What to write as `failingSince`; undefined: nothing. */
  readonly store?: number | null;
  /** Set when the endpoint is to be disabled: the reason, in words. */
  readonly disable?: string;
}

/** `failingSince`, unless the endpoint was changed since. */
export const currentFailingSince = ({ failingSince, updatedAt }: StoredHealth): number | null =>
  failingSince !== null && failingSince >= updatedAt ? failingSince : null;

/**
 * What an attempt says of its endpoint. Several processes may send to one: each tells the store of a run of failures that is an
 * hour long, and each takes that back after a success of its own, so that an attempt is no write. Only what stands in the store
 * disables, and a run that another process has taken back begins anew. Milliseconds since the epoch.
 */
export function judge(run: FailingRun | undefined, succeeded: boolean, stored: StoredHealth, now: number): Judgement {
  if (succeeded) return { run: undefined, ...(stored.failingSince === null ? {} : { store: null }) };
  const known = currentFailingSince(stored);
  if (known !== null) {
    const reason = `every attempt since ${new Date(known).toISOString()} has failed; enable it when the receiver is well again`;
    const isOver = now - known >= DISABLE_AFTER_MS;
    return { run: { since: known, isStored: true }, ...(isOver ? { disable: reason } : {}) };
  }
  const since = run === undefined || run.isStored ? now : Math.max(run.since, stored.updatedAt);
  if (now - since < STORE_AFTER_MS) return { run: { since, isStored: false } };
  return { run: { since, isStored: true }, store: since };
}
