import type { Clock } from '../runtime/clock.js';
import { spanBelow, type Span, type Tracing } from '../runtime/tracing.js';
import type { EventLog, LogRecord } from './port.js';

/** The log, with a span for each event that is published and for each that is consumed, where it has a trace. */
export function tracedLog(log: EventLog, tracing: Tracing, clock: Clock): EventLog {
  if (!tracing.isOn) return log;
  const record = (kind: Span['kind'], name: string, startMs: number, records: readonly LogRecord[]): void => {
    const endMs = clock();
    for (const { traceparent: parent, type, eventId, seq } of records) {
      if (parent === undefined) continue;
      const attributes = { 'rollcall.event.id': eventId, 'rollcall.event.type': type, 'rollcall.seq': seq };
      tracing.record({ name, kind, own: spanBelow(parent), parent, startMs, endMs, attributes });
    }
  };
  return {
    ...log,
    async publish(partition, records) {
      const [all, startMs] = [[...records], clock()];
      await log.publish(partition, all);
      record('producer', 'publish', startMs, all);
    },
    consume: (group, consumer, signal) =>
      log.consume(
        group,
        {
          ...consumer,
          async records(partition, records) {
            const startMs = clock();
            await consumer.records(partition, records);
            record('consumer', 'consume', startMs, records);
          },
        },
        signal,
      ),
  };
}
