/**
 * A change through the management API. It is written before the change is made, `unknown`, and told afterwards what became of it; it stays
 * `unknown` when the process ended in between.
 */
export interface AuditEntry {
  readonly id: string;
  /** The key's id; `operator` for the key of the configuration. */
  readonly actor: string;
  /** The key's name at the time. */
  readonly actorName: string;
  /** What was done, in the past tense: `endpoint.updated`. */
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  /** Null where it concerns more than one, or none. */
  readonly organizationId: string | null;
  readonly directoryId: string | null;
  readonly requestId: string;
  /** The client's IP address. */
  readonly address: string | null;
  readonly outcome: 'done' | 'failed' | 'unknown';
  /** What changed, as it was and as it became, without secrets; null where there was nothing, or nothing to tell. */
  readonly before: AuditedFields | null;
  readonly after: AuditedFields | null;
}

export type AuditedFields = Readonly<Record<string, unknown>>;

/** Of a directory that is erased, it stays known who did what and when. */
export const eraseFromEntry = (entry: AuditEntry): AuditEntry => ({ ...entry, before: null, after: null });
