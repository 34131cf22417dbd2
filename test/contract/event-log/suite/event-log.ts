import { newId } from '../../../../shared/runtime/ids.js';
import type { EventLog, LogRecord } from '../../../../shared/event-log/port.js';
import { eventually } from '../../../support/eventually.js';
import type { EventLogHarness, LogUnderTest, TestDirectory } from './harness.js';
import { createGate, startRecorder, withoutOffset } from './recorder.js';

const PARTITIONS = 3;
const ALL = [0, 1, 2];
const MOST_RECORDS_OF_A_CALL = 500;

const directoryIn = (partition: number): TestDirectory => ({ id: newId(), partition });
const seqs = (records: readonly LogRecord[]): number[] => records.map(({ seq }) => seq);
const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Everything that every event log must do. Each test has a log of its own. */
export function describeEventLog(harness: EventLogHarness): void {
  describe(`${harness.name}: event log`, () => {
    let under: LogUnderTest;
    let log: EventLog;
    let group: string;
    beforeEach(async () => {
      under = await harness.start(PARTITIONS);
      log = under.open();
      group = newId();
    });
    afterAll(() => harness.stop());

    test('what is published is consumed: every field, in the order of the partition, at growing offsets', async () => {
      const [one, two, other] = [directoryIn(1), directoryIn(1), directoryIn(2)];
      const published = [
        ...(await under.publish(log, one, 3)),
        ...(await under.publish(log, two, 2)),
        ...(await under.publish(log, one, 2)),
      ];
      const elsewhere = await under.publish(log, other, 2);
      const recorder = startRecorder(log, group);
      await recorder.until(9);
      await recorder.stop();
      expect(recorder.handled(0)).toEqual([]);
      expect(recorder.handled(1).map(withoutOffset)).toEqual(published);
      expect(recorder.handled(2).map(withoutOffset)).toEqual(elsewhere);
      const offsets = recorder.handled(1).map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    });

    test('publishing nothing is no error', async () => {
      await log.publish(0, []);
    });

    test('what is published while a consumer waits reaches it soon', async () => {
      const directory = directoryIn(0);
      const recorder = startRecorder(log, group);
      await eventually('the assignment', () => recorder.calls(0).length > 0);
      for (const count of upTo(5)) {
        await under.publish(log, directory, 1);
        await recorder.until(count);
      }
      await recorder.stop();
      expect(seqs(recorder.handled())).toEqual(upTo(5));
    });

    test('records come after assigned has returned, and revoked comes last', async () => {
      await under.publish(log, directoryIn(0), 1);
      const gate = createGate();
      const recorder = startRecorder(log, group, {
        assigned: (partition) => (partition === 0 ? gate.passed : Promise.resolve()),
      });
      await eventually('the other assignments', () => recorder.calls(1).length > 0 && recorder.calls(2).length > 0);
      expect(recorder.calls(0)).toEqual([]);
      gate.open();
      await recorder.until(1);
      await recorder.stop();
      for (const partition of ALL) {
        const calls = recorder.calls(partition);
        expect([calls[0], calls.at(-1)]).toEqual(['assigned', 'revoked']);
        expect(calls.filter((call) => typeof call === 'string')).toHaveLength(2);
      }
    });

    test('an assignment that fails is tried again', async () => {
      await under.publish(log, directoryIn(1), 1);
      let failures = 0;
      const recorder = startRecorder(log, group, {
        assigned: async (partition) => {
          if (partition === 1 && (failures += 1) < 3) throw new Error('the store cannot be reached');
        },
      });
      await recorder.until(1);
      await recorder.stop();
      expect(failures).toBe(3);
    });

    test('a backlog comes in calls of a bounded size', async () => {
      await under.publish(log, directoryIn(0), 1300);
      const recorder = startRecorder(log, group);
      await recorder.until(1300);
      await recorder.stop();
      expect(seqs(recorder.handled())).toEqual(upTo(1300));
      const sizes = recorder.calls(0).map((call) => (typeof call === 'string' ? 0 : call.length));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST_RECORDS_OF_A_CALL);
    });

    test('where the consumer throws, the same records come again, and other partitions go on', async () => {
      await under.publish(log, directoryIn(0), 3);
      const offered: number[][] = [];
      const recorder = startRecorder(log, group, {
        records: async (partition, records) => {
          if (partition === 0) offered.push(seqs(records));
          if (partition === 0 && offered.length < 4) throw new Error('cannot handle this yet');
        },
      });
      await eventually('the first failure', () => offered.length > 0);
      await under.publish(log, directoryIn(1), 2);
      await recorder.until(5);
      await recorder.stop();
      expect(offered).toEqual([upTo(3), upTo(3), upTo(3), upTo(3)]);
      expect(seqs(recorder.handled(0))).toEqual(upTo(3));
      expect(seqs(recorder.handled(1))).toEqual(upTo(2));
    });

    test('a restart goes on after what was handled, and another group begins at the start', async () => {
      const directory = directoryIn(0);
      await under.publish(log, directory, 4);
      const first = startRecorder(log, group);
      await first.until(4);
      await first.stop();
      await under.publish(log, directory, 2);
      await log.close();

      const reopened = under.open();
      const second = startRecorder(reopened, group);
      await second.until(2);
      await second.stop();
      expect(seqs(second.handled())).toEqual([5, 6]);
      const another = startRecorder(reopened, newId());
      await another.until(6);
      await another.stop();
      expect(seqs(another.handled())).toEqual(upTo(6));
    });

    test('what was refused until the end comes to the next consumer', async () => {
      await under.publish(log, directoryIn(0), 2);
      let refusals = 0;
      const refusing = startRecorder(log, group, {
        records: async () => {
          refusals += 1;
          throw new Error('cannot handle this');
        },
      });
      await eventually('a refusal', () => refusals > 0);
      await refusing.stop();
      const next = startRecorder(log, group);
      await next.until(2);
      await next.stop();
      expect(seqs(next.handled())).toEqual([1, 2]);
    });

    test('a stop waits for the call under way, whose records do not come again', async () => {
      const directory = directoryIn(0);
      await under.publish(log, directory, 2);
      const gate = createGate();
      let isUnderWay = false;
      const first = startRecorder(log, group, {
        records: async () => {
          isUnderWay = true;
          await gate.passed;
        },
      });
      await eventually('the call', () => isUnderWay);
      const stopped = first.stop();
      gate.open();
      await stopped;
      expect(first.calls(0).map((call) => (typeof call === 'string' ? call : seqs(call)))).toEqual([
        'assigned',
        [1, 2],
        'revoked',
      ]);
      await under.publish(log, directory, 1);
      const second = startRecorder(log, group);
      await second.until(1);
      await second.stop();
      expect(seqs(second.handled())).toEqual([3]);
    });

    test('a second consumer of the group takes over, and nothing is lost', async () => {
      const directories = ALL.map(directoryIn);
      const publishAll = async (): Promise<void> => {
        for (const directory of directories) await under.publish(log, directory, 2);
      };
      const first = startRecorder(log, group);
      await publishAll();
      await first.until(6);
      const second = startRecorder(log, group);
      await publishAll();
      await eventually('twelve records', () => first.handled().length + second.handled().length >= 12);
      await first.stop();
      await publishAll();
      const handled = (partition: number): Set<number> =>
        new Set([...seqs(first.handled(partition)), ...seqs(second.handled(partition))]);
      await eventually('everything handled', () => ALL.every((partition) => handled(partition).size === 6));
      await second.stop();
      for (const partition of ALL) {
        expect([...handled(partition)].sort((a, b) => a - b)).toEqual(upTo(6));
        for (const recorder of [first, second]) {
          const seen = seqs(recorder.handled(partition));
          expect(seen).toEqual([...seen].sort((a, b) => a - b));
        }
      }
    });

    test('a consumer that is stopped before it starts is not called', async () => {
      await under.publish(log, directoryIn(0), 1);
      const recorder = startRecorder(log, group);
      await recorder.stop();
      const next = startRecorder(log, group);
      await next.until(1);
      await next.stop();
    });

    test('its own number of partitions is accepted, another is refused with both named', async () => {
      await under.publish(log, directoryIn(PARTITIONS - 1), 1);
      await log.check();
      await expect(under.open(PARTITIONS - 1).check()).rejects.toThrow(/3 partitions.*ROLLCALL_LOG_PARTITIONS is 2\b/);
    });
  });
}
