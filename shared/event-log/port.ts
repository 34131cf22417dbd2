/** One event on its way to the log: key `directoryId`, value `body`, the rest as headers. */
export interface LogRecord {
  readonly directoryId: string;
  readonly eventId: string;
  readonly type: string;
  readonly seq: number;
  readonly body: string;
  /** See `StoredEvent`. */
  readonly traceparent?: string;
}

/** A record as it is read back. */
export interface ConsumedRecord extends LogRecord {
  /** Grows along a partition; not dense. Open deliveries are worked through in its order. */
  readonly offset: number;
}

/** What a consumer does with a partition. Calls for one partition never overlap. */
export interface LogConsumer {
  /** This consumer now owns the partition; records come only after it returns. */
  assigned(partition: number): Promise<void>;
  /** It no longer does (a rebalance, or the end). Records may have come once more to another owner before this call. */
  revoked(partition: number): Promise<void>;
  /** Records in the partition's order. Returning commits their offset; throwing brings them again. May come twice. */
  records(partition: number, records: readonly ConsumedRecord[]): Promise<void>;
}

/** The event log: ordered partitions of records, kept apart from the store so that Kafka may carry them. */
export interface EventLog {
  /** Resolves when every record is durable, in the given order. One call at a time per partition. Read only where they are copied. */
  publish(partition: number, records: Iterable<LogRecord>): Promise<void>;
  /** Consumes as a member of `group` until `signal` aborts; resolves after the last handler returned. */
  consume(group: string, consumer: LogConsumer, signal: AbortSignal): Promise<void>;
  /** Throws when the log cannot be reached or has another number of partitions than `partitions`. */
  check(): Promise<void>;
  close(): Promise<void>;
}
