import { newId } from '../../../../shared/runtime/ids.js';
import { HOUR_MS, hourOf, type Tally } from '../../../../shared/store/tallies.js';
import { T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

const HOUR = hourOf(T0);

/** What is counted adds up by subject and hour, and goes by age. */
export function describeTallies(harness: StoreHarness): void {
  describe(`${harness.name}: tallies`, () => {
    const under = useStore(harness);
    const read = async (subjects: readonly string[], since = 0): Promise<Tally[]> =>
      (await under.other.tallies.read(subjects, since)).toSorted(
        (a, b) => subjects.indexOf(a.subject) - subjects.indexOf(b.subject) || a.hour - b.hour,
      );

    test('counts add up, of times the latest stays', async () => {
      const [one, other] = [newId(), newId()];
      const { tallies } = under.store;
      await tallies.add([
        { subject: one, hour: HOUR, counts: { requests: 2, lastRequestAt: T0 + 5 } },
        { subject: other, hour: HOUR, counts: { lastRequestAt: T0 } },
      ]);
      await tallies.add([
        { subject: one, hour: HOUR, counts: { requests: 3, errors: 1, lastRequestAt: T0 + 1 } },
        { subject: one, hour: HOUR + HOUR_MS, counts: { requests: 1 } },
      ]);
      await tallies.add([]);
      expect(await read([one, other])).toEqual([
        { subject: one, hour: HOUR, counts: { requests: 5, errors: 1, lastRequestAt: T0 + 5 } },
        { subject: one, hour: HOUR + HOUR_MS, counts: { requests: 1 } },
        { subject: other, hour: HOUR, counts: { lastRequestAt: T0 } },
      ]);
      expect(await read([one], HOUR + 1)).toEqual([{ subject: one, hour: HOUR + HOUR_MS, counts: { requests: 1 } }]);
      expect(await read([newId()])).toEqual([]);
      expect(await read([])).toEqual([]);
    });

    test('old hours are removed, so many at once', async () => {
      const subject = newId();
      const { tallies } = under.store;
      const hours = [0, 1, 2].map((n) => ({ subject, hour: HOUR - n * HOUR_MS, counts: { requests: 1 } }));
      await tallies.add(hours);
      while ((await tallies.purge(HOUR, 1)) > 0);
      expect(await read([subject])).toEqual(hours.slice(0, 1));
    });
  });
}
