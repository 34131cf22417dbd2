import { newId } from '../../../../shared/runtime/ids.js';
import type { AuditEntry } from '../../../../shared/store/audit.js';
import type { RequestEntry } from '../../../../shared/store/request-log.js';
import { idAt } from '../../../../shared/webhooks/delivery.js';
import { T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

/** An id of that time. */
const idOf = (time: number): string => idAt(time) + newId().slice(13);

const audited = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
  id: newId(),
  actor: 'operator',
  actorName: 'operator',
  action: 'endpoint.updated',
  subject: { type: 'endpoint', id: newId() },
  organizationId: null,
  directoryId: null,
  requestId: newId(),
  address: '192.0.2.1',
  outcome: 'unknown',
  before: { 'a.b': '$c', Dé: null },
  after: { list: [1, { x: 'NUL\u0000' }] },
  ...changes,
});

const asked = (directoryId: string, changes: Partial<RequestEntry> = {}): RequestEntry => ({
  id: newId(),
  directoryId,
  method: 'POST',
  path: '/Users',
  status: 201,
  durationMs: 3,
  scimType: null,
  detail: null,
  userAgent: null,
  attributes: ['userName', 'emails'],
  events: [{ first: 1, last: 2 }],
  ...changes,
});

/** What happened is read newest first, and removed from the oldest on. */
export function describeJournals(harness: StoreHarness): void {
  describe(`${harness.name}: journals`, () => {
    const under = useStore(harness);

    test('entries are read back newest first as they were written, by every handle', async () => {
      const directoryId = newId();
      const entries = [asked(directoryId), asked(directoryId), asked(directoryId, { detail: 'Nö "…"', events: [] })];
      await under.store.journals.requests.append(entries);
      expect(await under.other.journals.requests.list({ directoryId }, { limit: 10 })).toEqual(entries.toReversed());
      await under.store.journals.requests.append([]);
      expect(await under.store.journals.requests.list({ directoryId }, { limit: 0 })).toEqual([]);
    });

    test('an entry is read by its id, where it has the fields that are asked for', async () => {
      const { requests, audit } = under.store.journals;
      const [entry, change] = [asked(newId()), audited()];
      await requests.append([entry, asked(entry.directoryId)]);
      await audit.append([change]);
      const { directoryId, id } = entry;
      expect(await under.other.journals.requests.get({ directoryId }, id)).toEqual(entry);
      expect(await requests.get({ directoryId, status: 500 }, id)).toBeUndefined();
      expect(await requests.get({ directoryId: newId() }, id)).toBeUndefined();
      expect(await requests.get({ directoryId }, newId())).toBeUndefined();
      expect(await under.other.journals.audit.get({}, change.id)).toEqual(change);
    });

    test('an entry that is there already stays as it is', async () => {
      const { requests } = under.store.journals;
      const directoryId = newId();
      const first = asked(directoryId);
      await requests.append([first]);
      const second = asked(directoryId);
      await requests.append([{ ...first, status: 500 }, second]);
      expect(await requests.list({ directoryId }, { limit: 10 })).toEqual([second, first]);
    });

    test('entries are found by each lookup, by several, and null is a value', async () => {
      const { audit } = under.store.journals;
      const [organizationId, directoryId, actor] = [newId(), newId(), newId()];
      const entries = [
        audited({ organizationId, actor }),
        audited({ organizationId, directoryId, actor, action: 'directory.updated' }),
        audited({ actor, action: 'organization.created' }),
      ];
      await audit.append(entries);
      const found = async (where: Parameters<typeof audit.list>[0]): Promise<number[]> =>
        (await under.other.journals.audit.list(where, { limit: 10 })).map(({ id }) =>
          entries.findIndex((entry) => entry.id === id),
        );
      expect(await found({ actor })).toEqual([2, 1, 0]);
      expect(await found({ organizationId })).toEqual([1, 0]);
      expect(await found({ directoryId })).toEqual([1]);
      expect(await found({ organizationId: null, actor })).toEqual([2]);
      expect(await found({ actor, action: 'directory.updated' })).toEqual([1]);
      expect(await found({ actor, directoryId: newId() })).toEqual([]);
      expect(await found({})).toEqual(expect.arrayContaining([0, 1, 2]));
    });

    test('requests are found by status and method', async () => {
      const { requests } = under.store.journals;
      const directoryId = newId();
      const refused = asked(directoryId, { method: 'PATCH', status: 400, scimType: 'invalidPath' });
      await requests.append([asked(directoryId), refused]);
      expect(await requests.list({ directoryId, status: 400 }, { limit: 10 })).toEqual([refused]);
      expect(await requests.list({ directoryId, method: 'PATCH' }, { limit: 10 })).toEqual([refused]);
      expect(await requests.list({ directoryId, method: 'PATCH', status: 201 }, { limit: 10 })).toEqual([]);
    });

    test('pages go on before an entry, and keep within times', async () => {
      const { requests } = under.store.journals;
      const directoryId = newId();
      const entries = [0, 1, 2, 3, 4].map((n) => asked(directoryId, { id: idOf(T0 + n * 1000) }));
      await requests.append(entries);
      const places = async (page: object): Promise<number[]> =>
        (await requests.list({ directoryId }, { limit: 2, ...page })).map(({ id }) =>
          entries.findIndex((entry) => entry.id === id),
        );
      expect(await places({})).toEqual([4, 3]);
      expect(await places({ beforeId: entries[3]?.id })).toEqual([2, 1]);
      expect(await places({ until: T0 + 2000 })).toEqual([1, 0]);
      expect(await places({ since: T0 + 3000, limit: 10 })).toEqual([4, 3]);
      expect(await places({ since: T0 + 1000, until: T0 + 3000, beforeId: entries[2]?.id })).toEqual([1]);
      expect(await places({ since: T0 + 4001 })).toEqual([]);
    });

    describe('a search that looks at so many', () => {
      const scan = 4;
      test('finds what there is among them, and goes on where it left off', async () => {
        const { requests } = under.store.journals;
        const directoryId = newId();
        const entries = Array.from({ length: 10 }, (_, n) =>
          asked(directoryId, { id: idOf(T0 + n * 1000), status: n === 1 || n === 7 ? 409 : 201 }),
        );
        await requests.append([...entries, asked(newId(), { id: idOf(T0 + 9500), status: 409 })]);
        const pages: number[][] = [];
        for (let beforeId: string | undefined, isOver = false; !isOver;) {
          const page = { beforeId, limit: 10, scan };
          const { found, nextId } = await under.other.journals.requests.search({ directoryId, status: 409 }, page);
          pages.push(found.map(({ id }) => entries.findIndex((entry) => entry.id === id)));
          [beforeId, isOver] = [nextId, nextId === undefined];
        }
        expect(pages).toEqual([[7], [], [1]]);
        const ofTimes = { since: T0 + 1000, until: T0 + 6000, limit: 10, scan: 5 };
        const { found } = await requests.search({ directoryId, status: 409 }, ofTimes);
        expect(found).toEqual([entries[1]]);
      });

      test('goes on after a page that is full, and ends with the last one', async () => {
        const { requests } = under.store.journals;
        const directoryId = newId();
        const entries = [0, 1, 2].map((n) => asked(directoryId, { id: idOf(T0 + n), method: 'PUT' }));
        await requests.append(entries);
        const first = await requests.search({ directoryId, method: 'PUT' }, { limit: 2, scan: 10 });
        expect(first).toEqual({ found: [entries[2], entries[1]], nextId: entries[1]?.id });
        const page = { beforeId: first.nextId, limit: 2, scan: 10 };
        expect(await requests.search({ directoryId, method: 'PUT' }, page)).toEqual({
          found: [entries[0]],
          nextId: undefined,
        });
      });

      test('is not cut short where one index answers it', async () => {
        const { audit, requests } = under.store.journals;
        const [directoryId, organizationId, actor, action] = [newId(), newId(), newId(), newId()];
        const entry = audited({ id: idOf(T0), organizationId, directoryId, actor, action });
        const others = Array.from({ length: 6 }, (_, n) => audited({ id: idOf(T0 + 1 + n) }));
        await audit.append([entry, ...others]);
        await requests.append([asked(directoryId)]);
        for (const where of [{ organizationId }, { directoryId }, { actor }, { action }]) {
          expect(await audit.search(where, { limit: 10, scan: 2 })).toEqual({ found: [entry], nextId: undefined });
        }
        expect(await audit.search({ actor, action }, { limit: 10, scan: 2 })).toEqual({
          found: [entry],
          nextId: undefined,
        });
        expect((await audit.search({}, { limit: 3, scan: 2 })).found).toHaveLength(3);
        expect((await requests.search({ directoryId }, { limit: 3, scan: 2 })).found).toHaveLength(1);
      });
    });

    test('an audit entry is amended, and one that is gone stays gone', async () => {
      const { audit } = under.store.journals;
      const actor = newId();
      const entry = audited({ actor });
      await audit.append([entry]);
      await audit.amend({ ...entry, outcome: 'done', after: null });
      await audit.amend(audited({ actor }));
      expect(await under.other.journals.audit.list({ actor }, { limit: 10 })).toEqual([
        { ...entry, outcome: 'done', after: null },
      ]);
    });

    test('what is older than a time is removed, so many at once, and nothing else', async () => {
      const { requests, audit } = under.store.journals;
      const [directoryId, other, actor] = [newId(), newId(), newId()];
      const entries = [0, 1, 2, 3].map((n) => asked(directoryId, { id: idOf(T0 + n) }));
      await requests.append([...entries, asked(other, { id: idOf(T0) })]);
      await audit.append([audited({ actor, id: idOf(T0) }), audited({ actor })]);
      expect(await requests.purge({ directoryId }, T0 + 3, 2)).toBe(2);
      expect(await requests.purge({ directoryId }, T0 + 3, 2)).toBe(1);
      expect(await requests.purge({ directoryId }, T0 + 3, 2)).toBe(0);
      expect(await under.other.journals.requests.list({ directoryId }, { limit: 10 })).toEqual(entries.slice(3));
      expect(await requests.list({ directoryId: other }, { limit: 10 })).toHaveLength(1);
      await audit.purge({}, T0 + 1, 100);
      expect(await audit.list({ actor }, { limit: 10 })).toHaveLength(1);
    });
  });
}
