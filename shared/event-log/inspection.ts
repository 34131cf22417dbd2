/** The brokers, the topic and its consumers as a check-up finds them. */
export interface TopicFound {
  readonly brokers: number;
  /** 0 where there is no such topic; then nothing else is known. */
  readonly partitions: number;
  /** The topic's `max.message.bytes`, NaN where the brokers do not tell; and what the largest event needs. */
  readonly messageBytes: number;
  readonly messageBytesNeeded: number;
  /** Consumers that are members of the group now. */
  readonly members: number;
  readonly unread: readonly Unread[];
}

/** Records of a partition that the group has not yet read. */
interface Unread {
  readonly partition: number;
  readonly records: number;
  /** How many of them are older than each of the ages that were asked for. */
  readonly olderThan: readonly number[];
}
