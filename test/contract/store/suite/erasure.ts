import type { StoredEvent } from '../../../../shared/events/envelope.js';
import { newId } from '../../../../shared/runtime/ids.js';
import { deliveryId } from '../../../../shared/webhooks/delivery.js';
import { attemptOf, delivery, settlement } from './deliveries.js';
import {
  create,
  createChain,
  heldEvent,
  hold,
  join,
  membership,
  needs,
  remove,
  T0,
  unhold,
  unlink,
  user,
  waiting,
} from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

const CANARY = 'canary-7f3a';

/** What is erased is gone from every answer of the store; what is not asked for stays as it is. */
export function describeErasure(harness: StoreHarness): void {
  describe(`${harness.name}: erasure`, () => {
    const under = useStore(harness);

    const eraseUser = async (directoryId: string, userId: string, limit: number): Promise<number> => {
      let erased = 0;
      for (let after: number | undefined = 0; after !== undefined;) {
        const step = await under.store.erasure.eraseUser(directoryId, userId, after, limit);
        erased += step.events;
        after = step.next;
      }
      return erased;
    };
    test("a user's events keep their envelopes and lose the rest; others are not touched", async () => {
      const { directoryId, userId, otherBody } = await userWithHistory();
      expect(await eraseUser(directoryId, userId, 2)).toBe(3);
      const events = await under.other.events.ofDirectory(directoryId, 0, 10);
      expect(events.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
        { type: 'user.created', seq: 1, data: { id: userId, erased: true } },
        {
          type: 'group.members_added',
          seq: 2,
          data: { members: [{ id: userId, userName: null, erased: true }, { userName: 'Bo' }] },
        },
        { seq: 3 },
        { type: 'user.deleted', seq: 4, data: { id: userId, erased: true } },
      ]);
      expect(events[2]?.body).toBe(otherBody);
      expect(JSON.stringify(events)).not.toContain(CANARY);
      expect(await eraseUser(directoryId, userId, 100)).toBe(3);
      expect(await under.other.events.ofDirectory(directoryId, 0, 10)).toEqual(events);
    });

    test('what is held back loses what it tells of the user, and nothing else', async () => {
      const chain = createChain(under.store.commits);
      const { id } = chain.directory;
      const userId = newId();
      const about = {
        ...heldEvent(1, userId),
        draft: { type: 'user.deleted', data: { id: userId, userName: CANARY } as never, cause: { requestId: 'r' } },
      } as const;
      const other = heldEvent(2, newId());
      await chain.write([hold(about), hold(other)]);
      await eraseUser(id, userId, 100);
      const draft = { ...about.draft, data: { id: userId, erased: true } };
      expect(await under.other.held.list(id, 0, 10)).toEqual([{ ...about, draft }, other]);
      const found = await under.other.commits.load(id, needs({ heldKeys: new Set([userId]) }));
      expect(found.heldKeys).toEqual([userId]);
      await chain.write([unhold(2)]);
      await eraseUser(id, userId, 100);
      expect(await under.other.held.list(id, 0, 10)).toEqual([]);
    });

    test('what receivers answered to them goes too, and the deliveries stay', async () => {
      const { directoryId, userId, deliveries } = await userWithHistory();
      await eraseUser(directoryId, userId, 100);
      const [about, other] = deliveries;
      if (about === undefined || other === undefined) throw new Error('two deliveries');
      expect(await under.other.deliveries.get(about.id)).toMatchObject({ status: 'retrying', lastError: 'erased' });
      expect(await under.other.deliveries.attempts(about.id)).toMatchObject([
        { status: 500, response: '', error: 'erased' },
      ]);
      expect(await under.other.deliveries.attempts(other.id)).toMatchObject([{ response: CANARY }]);
    });

    test('of a deleted directory the last event stays, and the rest goes once its deliveries are over', async () => {
      const { directoryId, chain, deliveries } = await userWithHistory();
      const final = await chain.write([{ kind: 'sweep' }], { deleted: true });
      await waiting(under.store.outbox, chain.directory.partition, 1);
      const erase = async (unfinished: 'keep' | 'remove'): Promise<void> => {
        while ((await under.store.erasure.eraseDirectory(directoryId, unfinished, 2)) > 0);
      };
      await erase('keep');
      const [open] = deliveries;
      expect((await under.other.deliveries.list({ directoryId }, { limit: 10 })).map(({ id }) => id)).toEqual([
        open?.id,
      ]);
      expect(await under.other.events.ofDirectory(directoryId, 0, 10)).toHaveLength(final.lastSeq);
      await erase('remove');
      expect(await under.other.deliveries.list({ directoryId }, { limit: 10 })).toEqual([]);
      if (open !== undefined) {
        // An attempt that was under way.
        await under.store.deliveries.settle([settlement(open, { attempt: attemptOf(open) })], T0);
        expect(await under.other.deliveries.attempts(open.id)).toEqual([]);
      }
      expect(await under.other.events.ofDirectory(directoryId, 0, 10)).toEqual(final.events);
      const { partition } = chain.directory;
      const log = await under.other.events.after(partition, { position: 0, index: 0 }, 10);
      expect(log.map(({ id }) => id)).toEqual(final.events.map(({ id }) => id));
      expect(await under.other.commits.head(directoryId)).toMatchObject({ deleted: true, lastSeq: final.lastSeq });
    });

    /** Four events of which three name the user, one commit each, and deliveries of the first and the third. */
    async function userWithHistory() {
      const chain = createChain(under.store.commits);
      const { id: directoryId, partition } = chain.directory;
      const [userId, otherId] = [newId(), newId()];
      const row = user(userId, { attributes: { userName: CANARY }, keys: [`userName:${CANARY}`] });
      const told = [
        { type: 'user.created', data: { id: userId, userName: CANARY } },
        {
          type: 'group.members_added',
          data: {
            group: { id: 'g' },
            members: [
              { id: userId, userName: CANARY },
              { id: otherId, userName: 'Bo' },
            ],
          },
        },
        { type: 'user.created', data: { id: otherId, userName: 'Bo', managerId: userId } },
        { type: 'user.deleted', data: { id: userId, userName: CANARY } },
      ];
      const changes = [
        [create(row)],
        [join(membership('g', userId))],
        [create(user(otherId))],
        [remove(row), unlink(userId)],
      ];
      const events: StoredEvent[] = [];
      for (const [index, content] of told.entries()) {
        const commit = await chain.write(changes[index] ?? [], {
          body: (event) => JSON.stringify({ id: event.id, ...content, seq: event.seq }),
        });
        events.push(...commit.events);
      }
      const deliveries = [0, 2].map((index) => {
        const { id: eventId = '', seq = 0 } = events[index] ?? {};
        const endpointId = newId();
        return delivery({ id: deliveryId(eventId, endpointId), eventId, endpointId, directoryId, partition, seq });
      });
      const [about, other] = deliveries;
      if (about === undefined || other === undefined) throw new Error('two deliveries');
      await under.store.deliveries.insert(deliveries, [{ directoryId, seq: 4 }]);
      const failed = attemptOf(about, { status: 500, error: `answered ${CANARY}`, response: CANARY });
      await under.store.deliveries.settle(
        [
          settlement(about, { status: 'retrying', attempt: failed, lastError: failed.error }),
          settlement(other, { attempt: attemptOf(other, { response: CANARY }) }),
        ],
        T0,
      );
      await waiting(under.store.outbox, partition, 4);
      return { chain, directoryId, userId, deliveries, otherBody: events[2]?.body };
    }
  });
}
