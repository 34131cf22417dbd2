import type { EventLog, LogRecord } from '../../../../shared/event-log/port.js';

/** How the contract suite gets at an adapter. */
export interface EventLogHarness {
  /** The adapter, as test titles name it. */
  readonly name: string;
  /** An empty log with so many partitions, for one test. */
  start(partitions: number): Promise<LogUnderTest>;
  /** Closes every handle and removes the data. */
  stop(): Promise<void>;
}

export interface LogUnderTest {
  /** A handle on the log, as another start of the process has it; with another number of partitions than it has, to see it refused. */
  open(partitions?: number): EventLog;
  /** Publishes that many records of the directory through the handle, after those that it has; answers them. */
  publish(log: EventLog, directory: TestDirectory, count: number): Promise<LogRecord[]>;
}

/** A directory whose records a test publishes. */
export interface TestDirectory {
  readonly id: string;
  readonly partition: number;
}
