import { newId } from '../../../../shared/runtime/ids.js';
import type { AttemptOutline, DeliverySearch } from '../../../../shared/store/deliveries.js';
import {
  DELIVERY_STATUSES,
  idAt,
  timeOfId,
  type Attempt,
  type Delivery,
} from '../../../../shared/webhooks/delivery.js';
import { attemptOf, delivery, settlement } from './deliveries.js';
import { T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

/** What operators look for among many deliveries. */
export function describeDeliverySearch(harness: StoreHarness): void {
  describe(`${harness.name}: a search for deliveries`, () => {
    const under = useStore(harness);

    test('a search finds what a look at every delivery finds, in pages of any size, however few it looks at', async () => {
      const [endpoints, directories] = [
        [newId(), newId()],
        [newId(), newId(), newId()],
      ];
      const organizationId = newId();
      const made = Array.from({ length: 60 }, (_, n) =>
        delivery({
          id: idAt(T0 + n * 1000) + newId().slice(13),
          endpointId: endpoints[n % 2] ?? '',
          directoryId: directories[n % 3] ?? '',
          organizationId,
          status: DELIVERY_STATUSES[n % DELIVERY_STATUSES.length] ?? 'pending',
          eventType: n % 5 === 0 ? 'user.created' : 'user.updated',
          laneKeys: n % 4 === 0 ? [] : [`r${n % 7}`, `s${n}`],
        }),
      ).toReversed();
      const { deliveries } = under.store;
      await deliveries.insert([...made, delivery()], []);
      const [endpointId, directoryId] = [endpoints[0] ?? '', directories[1] ?? ''];
      const times = { since: T0 + 10_000, until: T0 + 40_000 };
      const searches: readonly DeliverySearch[] = [
        ...[{ organizationId }, { endpointId }, { directoryId }, { endpointId, directoryId }],
        ...[
          { organizationId, eventType: 'user.created' },
          { directoryId, resourceId: 'r3' },
          { directoryId, ...times },
        ],
        ...[
          { endpointId, status: 'pending' as const },
          { organizationId, status: 'delivered' as const, ...times },
        ],
        ...DELIVERY_STATUSES.map((status) => ({ organizationId, status })),
        { organizationId, resourceId: 'r3', eventType: 'user.updated', ...times },
      ];
      const isWanted = (one: Delivery, { resourceId, since = 0, until = Infinity, ...same }: DeliverySearch): boolean =>
        Object.entries(same).every(([name, value]) => one[name as keyof Delivery] === value) &&
        (resourceId === undefined || one.laneKeys.includes(resourceId)) &&
        timeOfId(one.id) >= since &&
        timeOfId(one.id) < until;
      for (const search of searches) {
        for (const page of [
          { limit: 100, scan: 1000 },
          { limit: 3, scan: 7 },
        ]) {
          const found: Delivery[] = [];
          for (let beforeId: string | undefined, pages = 0; pages < 200; pages += 1) {
            const result = await deliveries.search(search, { ...page, ...(beforeId !== undefined && { beforeId }) });
            expect(result.found.length).toBeLessThanOrEqual(page.limit);
            found.push(...result.found);
            beforeId = result.nextId;
            if (beforeId === undefined) break;
          }
          expect(found).toEqual(made.filter((one) => isWanted(one, search)));
        }
      }
    });

    test('of many deliveries the last attempts are read at once', async () => {
      const [one, other, untried] = [delivery(), delivery(), delivery()];
      const { deliveries } = under.store;
      await deliveries.insert([one, other, untried], []);
      const attempts = [1, 2].map((second) => attemptOf(one, { startedAt: T0 + second * 1000 }));
      const only = attemptOf(other);
      const outline = ({ response: _response, ...rest }: Attempt): AttemptOutline => rest;
      for (const attempt of attempts) await deliveries.settle([settlement(one, { attempt })], T0);
      await deliveries.settle([settlement(other, { attempt: only })], T0);
      expect(await deliveries.lastAttempts([one.id, other.id, untried.id, newId()])).toEqual(
        new Map([
          ...attempts.slice(1).map((last): [string, AttemptOutline] => [one.id, outline(last)]),
          [other.id, outline(only)],
        ]),
      );
      expect(await deliveries.lastAttempts([])).toEqual(new Map());
    });
  });
}
