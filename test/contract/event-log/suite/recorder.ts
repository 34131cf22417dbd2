import type { ConsumedRecord, EventLog, LogConsumer, LogRecord } from '../../../../shared/event-log/port.js';
import { eventually } from '../../../support/eventually.js';

type Call = 'assigned' | 'revoked' | readonly ConsumedRecord[];

/** What a test does within a call, before it counts as handled. */
export interface During {
  readonly assigned?: (partition: number) => Promise<void>;
  readonly records?: (partition: number, records: readonly ConsumedRecord[]) => Promise<void>;
}

/** A consumer that runs until it is stopped and notes every call. */
export interface Recorder {
  /** The calls for a partition, in order, those that threw left out. */
  calls(partition: number): readonly Call[];
  /** The records that were handled, of one partition or of all. */
  handled(partition?: number): ConsumedRecord[];
  /** Waits until so many records were handled. */
  until(count: number): Promise<void>;
  /** Stops it; resolves when `consume` has. */
  stop(): Promise<void>;
}

/** Two calls for one partition at once make `stop` reject. */
export function startRecorder(log: EventLog, group: string, during: During = {}): Recorder {
  const calls: { readonly partition: number; readonly call: Call }[] = [];
  const busy = new Set<number>();
  const overlaps: number[] = [];
  const note = async (partition: number, call: Call, work: () => Promise<void> | undefined): Promise<void> => {
    if (busy.has(partition)) overlaps.push(partition);
    busy.add(partition);
    try {
      await work();
      calls.push({ partition, call });
    } finally {
      busy.delete(partition);
    }
  };
  const consumer: LogConsumer = {
    assigned: (partition) => note(partition, 'assigned', () => during.assigned?.(partition)),
    revoked: (partition) => note(partition, 'revoked', () => undefined),
    records: (partition, records) => note(partition, records, () => during.records?.(partition, records)),
  };
  const controller = new AbortController();
  const consuming = log.consume(group, consumer, controller.signal);
  const handled = (of?: number): ConsumedRecord[] =>
    calls.flatMap(({ partition, call }) =>
      typeof call === 'string' || (of !== undefined && of !== partition) ? [] : call,
    );
  return {
    calls: (of) => calls.filter(({ partition }) => partition === of).map(({ call }) => call),
    handled,
    async until(count) {
      await eventually(`${count} records handled`, () => handled().length >= count);
    },
    async stop() {
      controller.abort();
      await consuming;
      expect(overlaps).toEqual([]);
    },
  };
}

/** What was published of a record that was consumed. */
export const withoutOffset = ({ offset: _, ...record }: ConsumedRecord): LogRecord => record;

/** Holds a call up until the test opens it. */
export function createGate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}
