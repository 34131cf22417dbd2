import fc from 'fast-check';
import type { Change } from '../../../../shared/directory/commit.js';
import { NOTHING_LOADED } from '../../../../shared/directory/needs.js';
import {
  attributesOf,
  type Membership,
  type ResourceRow,
  type StoredResource,
} from '../../../../shared/directory/resource.js';
import {
  create,
  createChain,
  group,
  headOf,
  join,
  leave,
  membership,
  needs,
  newDirectory,
  remove,
  sortedMemberships,
  unlink,
  update,
  user,
  type Chain,
} from './fixtures.js';
import type { PrefixPlace } from '../../../../shared/store/prefix-search.js';
import { useStore, type StoreHarness } from './harness.js';

const ALL = { limit: 1000 };

/** What readers see of the rows that commits have written. */
export function describeResources(harness: StoreHarness): void {
  describe(`${harness.name}: resources`, () => {
    const under = useStore(harness);
    const list = (chain: Chain, keys: readonly string[], ids: readonly string[] = [], type = 'User') =>
      under.store.resources.list(chain.directory.id, type, { ids, keys }, ALL);

    test('a resource is read back as it was written, by every handle', async () => {
      const chain = createChain(under.store.commits);
      const row = user('u1', {
        version: 7,
        createdAt: 1,
        updatedAt: 1_999_999_999_999,
        attributes: { active: false, age: 1.5, emails: [{ value: 'a@b.c', primary: true }], deep: { a: { b: ['c'] } } },
        keys: [],
      });
      await chain.write([create(row)]);
      expect(await under.store.resources.get(chain.directory.id, 'User', 'u1')).toEqual(row);
      expect(await under.other.resources.getMany(chain.directory.id, ['u1'])).toEqual([row]);
    });

    test('a resource is of its type and its directory only', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([create(user('u1'))]);
      expect(await under.store.resources.get(chain.directory.id, 'Group', 'u1')).toBeUndefined();
      expect(await under.store.resources.get(newDirectory().id, 'User', 'u1')).toBeUndefined();
      expect(await list(chain, ['userName:u1'], ['u1'], 'Group')).toEqual([]);
    });

    test('many are read by id, each once, absent ones left out', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([create(user('u1')), create(group('g1'))]);
      const rows = await under.store.resources.getMany(chain.directory.id, ['g1', 'absent', 'u1', 'g1']);
      expect(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([group('g1'), user('u1')]);
      expect(await under.store.resources.getMany(chain.directory.id, [])).toEqual([]);
    });

    test('what is shown of a resource, and of a page, is what is read of it, and of its type and directory only', async () => {
      const { resources } = under.store;
      const chain = createChain(under.store.commits);
      const [id, other] = [chain.directory.id, newDirectory().id];
      const attributes = { title: 'a "b" \\ \u0000 \ud800 é', emails: [{ value: 'a@b.c', primary: true }] };
      const rows = [user('u1', { attributes }), user('u2'), user('u3')];
      await chain.write([...rows.map(create), create(group('g1'))]);
      const shown = (stored: StoredResource | undefined) =>
        stored && [stored.id, stored.type, stored.version, stored.createdAt, stored.updatedAt, attributesOf(stored)];
      expect(shown(await resources.getStored(id, 'User', 'u1'))).toEqual(shown(rows[0]));
      expect(await resources.getStored(id, 'Group', 'u1')).toBeUndefined();
      expect(await resources.getStored(other, 'User', 'u1')).toBeUndefined();
      expect((await resources.listStored(id, 'User', ALL)).map(shown)).toEqual(rows.map(shown));
      expect((await resources.listStored(id, 'User', { offset: 1, limit: 1 })).map(shown)).toEqual([shown(rows[1])]);
      expect((await resources.listStored(id, 'User', { afterId: 'u2', limit: 5 })).map(shown)).toEqual([
        shown(rows[2]),
      ]);
      expect(await resources.listStored(other, 'User', ALL)).toEqual([]);
    });

    test('a changed resource is found by its new keys and no longer by its old ones', async () => {
      const chain = createChain(under.store.commits);
      const after = user('u1', { version: 2, keys: ['userName:new', 'externalId:same'] });
      await chain.write([create(user('u1', { keys: ['userName:old', 'externalId:same'] }))]);
      await chain.write([update(after)]);
      expect(await list(chain, ['userName:old'])).toEqual([]);
      expect(await list(chain, ['userName:new'])).toEqual([after]);
      expect(await list(chain, ['externalId:same'])).toEqual([after]);
    });

    test('a key that passes from one resource to another in one commit belongs to the other', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([create(user('u1', { keys: ['k:1'] })), create(user('u2', { keys: ['k:2'] }))]);
      const [one, two] = [user('u1', { version: 2, keys: ['k:2'] }), user('u2', { version: 2, keys: ['k:1'] })];
      await chain.write([update(one), update(two)]);
      expect(await list(chain, ['k:1'])).toEqual([two]);
      expect(await list(chain, ['k:2'])).toEqual([one]);
    });

    test('a deleted resource is gone from every reader', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([create(user('u1')), create(user('u2'))]);
      await chain.write([remove(user('u1')), unlink('u1')]);
      const { commits, resources } = under.store;
      expect(await resources.get(chain.directory.id, 'User', 'u1')).toBeUndefined();
      expect(await resources.list(chain.directory.id, 'User', undefined, ALL)).toEqual([user('u2')]);
      expect(await list(chain, ['userName:u1'], ['u1'])).toEqual([]);
      const asked = needs({ ids: new Set(['u1']), keys: [{ type: 'User', key: 'userName:u1' }] });
      expect(await commits.load(chain.directory.id, asked)).toEqual(NOTHING_LOADED);
    });

    test('candidates are those with one of the ids or one of the keys, each once, in the order of ids', async () => {
      const chain = createChain(under.store.commits);
      const rows = ['a', 'b', 'c', 'd'].map((id) => user(id, { keys: [`k:${id}`, 'k:all'] }));
      await chain.write(rows.map(create));
      const found = await list(chain, ['k:d', 'k:b', 'k:absent'], ['c', 'b', 'absent']);
      expect(found.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
      expect(await list(chain, ['k:all', 'k:a'], ['a'])).toEqual(rows);
      expect(await list(chain, [], [])).toEqual([]);
    });

    test('pages by id and by offset cut the same list everywhere', async () => {
      const chain = createChain(under.store.commits);
      const ids = Array.from({ length: 12 }, (_, index) => `id-${String(index * 7919 + 10_000)}`).sort();
      const keyed = (id: string): ResourceRow => user(id, { keys: ['k:all'] });
      await chain.write([
        ...ids.toReversed().map((id) => create(keyed(id))),
        create(group('g1')),
        ...ids.toReversed().map((id) => join(membership('g1', id))),
      ]);
      const { resources } = under.store;
      await fc.assert(
        fc.asyncProperty(
          fc.option(fc.constantFrom(...ids, 'id', 'zzz'), { nil: undefined }),
          fc.nat({ max: 13 }),
          fc.integer({ min: 1, max: 13 }),
          async (afterId, offset, limit) => {
            const page = { offset, limit, ...(afterId === undefined ? {} : { afterId }) };
            const expected = ids.filter((id) => id > (afterId ?? '')).slice(offset, offset + limit);
            const all = await resources.list(chain.directory.id, 'User', undefined, page);
            const some = await resources.list(chain.directory.id, 'User', { ids: ids.slice(3), keys: ['k:all'] }, page);
            const members = await resources.membersOf(chain.directory.id, 'g1', page);
            expect(all).toEqual(expected.map(keyed));
            expect(some).toEqual(all);
            expect(members).toEqual(expected.map((id) => membership('g1', id)));
          },
        ),
        { numRuns: 30 },
      );
    });

    test('groups of several members are all their memberships', async () => {
      const chain = createChain(under.store.commits);
      const rows = [
        membership('g1', 'u1'),
        membership('g2', 'u1'),
        membership('g2', 'g1', 'Group'),
        membership('g1', 'u2'),
      ];
      await chain.write([
        create(group('g1')),
        create(group('g2')),
        create(user('u1')),
        create(user('u2')),
        ...rows.map(join),
      ]);
      const found = await under.store.resources.groupsOf(chain.directory.id, ['u1', 'g1', 'absent', 'u1']);
      expect(sortedMemberships(found)).toEqual([
        membership('g1', 'u1'),
        membership('g2', 'g1', 'Group'),
        membership('g2', 'u1'),
      ]);
      expect(await under.store.resources.groupsOf(chain.directory.id, [])).toEqual([]);
    });

    test('what a deletion ended can still be told: not what had ended before, nor what goes on', async () => {
      const chain = createChain(under.store.commits);
      const ids = ['u1', 'u2', 'u3'];
      const pairs = ['g1', 'g2'].flatMap((groupId) => ids.map((id) => membership(groupId, id)));
      await chain.write([...ids.map((id) => create(user(id))), create(group('g1')), create(group('g2'))]);
      await chain.write(pairs.map(join));
      await chain.write([leave(membership('g1', 'u1')), leave(membership('g1', 'u2'))]);
      await chain.write([join(membership('g1', 'u1'))]);
      const endedWith = async (id: string): Promise<Membership[]> =>
        sortedMemberships(await under.other.resources.endedWith(chain.directory.id, id));
      expect(await endedWith('u1')).toEqual([]);
      await chain.write([unlink('u1'), remove(user('u1'))]);
      await chain.write([unlink('g1'), remove(group('g1'))]);
      expect(await endedWith('u1')).toEqual([membership('g1', 'u1'), membership('g2', 'u1')]);
      expect(await endedWith('g1')).toEqual([membership('g1', 'u3')]);
      expect(await endedWith('u2')).toEqual([]);
      expect(await under.other.resources.endedWith(newDirectory().id, 'u1')).toEqual([]);
    });

    test('two directories with the same ids, keys and pairs never see rows of each other', async () => {
      const { commits, resources, events } = under.store;
      const [one, two] = [createChain(commits), createChain(commits)];
      const rows: Change[] = [create(user('u1')), create(group('g1')), join(membership('g1', 'u1'))];
      await one.write(rows);
      const second = await two.write(rows, { events: 2 });
      await one.write([remove(user('u1')), unlink('u1'), update(group('g1', { version: 2, keys: [] }))]);
      expect(await resources.getMany(two.directory.id, ['u1'])).toEqual([user('u1')]);
      expect(await list(two, ['userName:u1'])).toEqual([user('u1')]);
      expect(await list(two, ['displayName:g1'], [], 'Group')).toEqual([group('g1')]);
      expect(await resources.membersOf(two.directory.id, 'g1', ALL)).toEqual([membership('g1', 'u1')]);
      expect(await resources.groupsOf(two.directory.id, ['u1'])).toEqual([membership('g1', 'u1')]);
      await one.write([{ kind: 'sweep' }], { deleted: true });
      expect(await resources.list(two.directory.id, 'User', undefined, ALL)).toEqual([user('u1')]);
      expect(await commits.head(two.directory.id)).toEqual(headOf(second));
      expect(await events.ofDirectory(two.directory.id, 0, 10)).toEqual(second.events);
    });

    /** Strings that stores are known to cut, to change or to take for something else. */
    const odd: readonly (readonly [what: string, text: string])[] = [
      ['NUL', 'a\0b'],
      ['a lone high surrogate', 'a\ud800'],
      ['a lone low surrogate', '\udc00b'],
      ['an astral character', 'a😀b'],
      ['a dollar operator', '$where'],
      ['a dotted path', 'a.b.$c'],
      ['__proto__', '__proto__'],
      ['a quote', `'; DROP TABLE resources; --"`],
      ['nothing', ''],
      ['200,000 characters', 'é'.repeat(200_000)],
    ];

    test.each(odd)(
      '%s in attributes, attribute names and keys is kept exactly, or refused and nothing written',
      async (_what, text) => {
        const chain = createChain(under.store.commits);
        const attributes = JSON.parse(JSON.stringify({ value: text, list: [text] })) as ResourceRow['attributes'];
        const named = { ...attributes, nested: Object.fromEntries([[text, 'value']]) };
        for (const row of [
          user('u1', { attributes }),
          user('u2', { attributes: named }),
          user('u3', { keys: [`k:${text}`] }),
        ]) {
          const before = chain.head;
          const written = await chain.write([create(row)]).catch((error: unknown) => error);
          if (written instanceof Error) {
            expect(written.message).not.toBe('');
            expect(await under.store.commits.head(chain.directory.id)).toEqual(before);
            expect(await under.store.resources.get(chain.directory.id, 'User', row.id)).toBeUndefined();
          } else {
            const read = await under.store.resources.get(chain.directory.id, 'User', row.id);
            // As text too: an own `__proto__` is invisible to toEqual.
            expect(JSON.stringify(read?.attributes)).toBe(JSON.stringify(row.attributes));
            expect(read).toEqual(row);
            expect(await list(chain, row.keys)).toEqual([row]);
          }
        }
      },
    );

    test('an id or key that only begins like another finds nothing', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([create(user('u1')), create(group('g1')), join(membership('g1', 'u1'))]);
      const { resources, commits } = under.store;
      for (const tail of ['\0', '\0x', '\ud800', ' ', '%']) {
        const id = `u1${tail}`;
        expect(await resources.get(chain.directory.id, 'User', id)).toBeUndefined();
        expect(await resources.get(`${chain.directory.id}${tail}`, 'User', 'u1')).toBeUndefined();
        expect(await resources.getMany(chain.directory.id, [id])).toEqual([]);
        expect(await list(chain, [`userName:${id}`], [id])).toEqual([]);
        expect(await resources.membersOf(chain.directory.id, `g1${tail}`, ALL)).toEqual([]);
        expect(await resources.groupsOf(chain.directory.id, [id])).toEqual([]);
        const asked = needs({ ids: new Set([id]), keys: [{ type: 'User', key: `userName:${id}` }] });
        expect(await commits.load(chain.directory.id, asked)).toEqual(NOTHING_LOADED);
      }
    });

    test('a search finds what has a key that begins so, each once, by key, the first prefix first', async () => {
      const chain = createChain(under.store.commits);
      const made = [
        ...['ann', 'anna', 'bob', 'a.n*', '%'].map((id) => user(id, { keys: [`userName:${id}`, `email:${id}@x`] })),
        user('zoe', { keys: ['userName:zoe', 'email:anzoe@x'] }),
        group('ann-group', { keys: ['userName:ann'] }),
      ];
      await chain.write(made.map(create));
      await createChain(under.store.commits).write([create(user('ann-elsewhere', { keys: ['userName:ann'] }))]);
      const { id } = chain.directory;
      const search = async (text: string, limit = 10): Promise<string[]> => {
        const prefixes = [`userName:${text}`, `email:${text}`];
        const { found } = await under.other.resources.search(id, 'User', prefixes, { limit, scan: 100 });
        return found.map((row) => row.id);
      };
      expect(await search('an')).toEqual(['ann', 'anna', 'zoe']);
      expect(await search('an', 2)).toEqual(['ann', 'anna']);
      expect(await search('a')).toEqual(['a.n*', 'ann', 'anna', 'zoe']);
      expect(await search('a.n*')).toEqual(['a.n*']);
      expect(await search('%')).toEqual(['%']);
      expect(await search('annabel')).toEqual([]);
      expect(await search('an', 0)).toEqual([]);
      const page = { limit: 10, scan: 100 };
      const whole = { found: [made[2]], next: undefined };
      expect(await under.store.resources.search(id, 'User', ['userName:bob'], page)).toEqual(whole);
      expect(await under.store.resources.search(id, 'User', [], page)).toEqual({ found: [], next: undefined });
    });

    test('a search goes on where it left off, page by page, and finds each once', async () => {
      const chain = createChain(under.store.commits);
      const named = (id: string, ...names: readonly string[]) => user(id, { keys: names });
      const made = [
        named('r1', 'a:x1', 'b:x1'),
        named('r2', 'a:x', 'a:x2', 'b:x'),
        named('r3', 'a:x1', 'b:x9'),
        named('r4', 'a:x1', 'a:x\u{1F600}', 'a:x\u{FF5E}'),
        named('r5', 'b:x1'),
        named('r6', 'a:y', 'b:x1', 'b:x2'),
        named('r7', `a:x${'long'.repeat(40)}`, 'b:x3'),
      ];
      for (const one of made) await chain.write([create(one)]);
      const { id } = chain.directory;
      const pages = async (limit: number, scan: number): Promise<string[][]> => {
        const all: string[][] = [];
        for (let after: PrefixPlace | undefined, isOver = false; !isOver;) {
          const { found, next } = await under.other.resources.search(id, 'User', ['a:x', 'b:x'], {
            after,
            limit,
            scan,
          });
          all.push(found.map((row) => row.id));
          [after, isOver] = [next, next === undefined];
        }
        return all;
      };
      const whole = (await pages(100, 100)).flat();
      expect(whole.slice(0, 4)).toEqual(['r2', 'r1', 'r3', 'r4']);
      expect(whole.toSorted()).toEqual(made.map((one) => one.id));
      for (const [limit, scan] of [
        [1, 100],
        [2, 3],
        [3, 1],
      ] as const) {
        const some = await pages(limit, scan);
        expect(some.flat()).toEqual(whole);
        expect(Math.max(...some.map(({ length }) => length))).toBeLessThanOrEqual(Math.min(limit, scan));
      }
    });
  });
}
