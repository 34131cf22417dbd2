import fc from 'fast-check';
import { GENESIS, type Commit, type Head } from '../../../../shared/directory/commit.js';
import { newId } from '../../../../shared/runtime/ids.js';
import { MalformedCommit } from '../../../../shared/store/check-commit.js';
import type { CommitStore } from '../../../../shared/store/port.js';
import {
  commitAfter,
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
  sorted,
  unlink,
  update,
  user,
} from './fixtures.js';
import { describeFaults, useStore, type StoreHarness } from './harness.js';

/** Commits form one gapless chain per directory, and carry resources and events as one. */
export function describeCommits(harness: StoreHarness, raceRuns: number): void {
  describe(`${harness.name}: commits`, () => {
    const under = useStore(harness);
    const allMembers = (groupId: string) => needs({ members: new Set([groupId]) });

    test('a directory without commits has the genesis head', async () => {
      expect(await under.store.commits.head(newId())).toEqual(GENESIS);
    });

    test('a commit becomes the head, for every handle', async () => {
      const chain = createChain(under.store.commits);
      const commit = await chain.write([create(user('u1'))], { events: 2 });
      expect(await under.store.commits.head(chain.directory.id)).toEqual(headOf(commit));
      expect(await under.other.commits.head(chain.directory.id)).toEqual(headOf(commit));
    });

    test('counts are kept with the head', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([create(user('u1')), create(user('u2')), create(group('g1'))]);
      await chain.write([remove(user('u1')), unlink('u1')]);
      expect((await under.store.commits.head(chain.directory.id)).counts).toEqual({ User: 1, Group: 1 });
    });

    test('a commit whose number is taken is a conflict and writes nothing', async () => {
      const { commits, resources, events } = under.store;
      const chain = createChain(commits);
      const loser = chain.next([create(user('loser'))], { events: 3 });
      const winner = await chain.write([create(user('winner'))]);
      expect(await under.other.commits.commit(loser)).toBe('conflict');
      expect(await commits.head(chain.directory.id)).toEqual(headOf(winner));
      expect(await resources.list(chain.directory.id, 'User', undefined, { limit: 10 })).toEqual([user('winner')]);
      expect(await events.ofDirectory(chain.directory.id, 0, 10)).toEqual(winner.events);
    });

    test('a commit that is sent twice is written once', async () => {
      const chain = createChain(under.store.commits);
      const commit = await chain.write([create(user('u1'))]);
      expect(await under.store.commits.commit({ ...commit, nonce: newId() })).toBe('conflict');
      expect(await under.store.events.ofDirectory(chain.directory.id, 0, 10)).toEqual(commit.events);
    });

    test('an old commit that comes again neither brings back a deleted row nor undoes a newer one', async () => {
      const { commits, resources } = under.store;
      const chain = createChain(commits);
      const old = await chain.write([create(user('deleted')), create(user('changed'))]);
      await chain.write([remove(user('deleted')), update(user('changed', { version: 2 }))]);
      expect(await commits.commit({ ...old, nonce: newId() })).toBe('conflict');
      expect(await resources.getMany(chain.directory.id, ['deleted', 'changed'])).toEqual([
        user('changed', { version: 2 }),
      ]);
    });

    test('a commit that skips a number is a conflict', async () => {
      const chain = createChain(under.store.commits);
      const first = await chain.write([create(user('u1'))]);
      const third = commitAfter({ ...first, number: 2 }, chain.directory, [create(user('u3'))]);
      expect(await under.store.commits.commit(third)).toBe('conflict');
      expect(await under.store.commits.commit({ ...first, number: 0 })).toBe('conflict');
      expect(await under.store.commits.head(chain.directory.id)).toEqual(headOf(first));
    });

    test.each([
      ['has a gap', (commit: Commit) => ({ ...commit, events: commit.events.filter(({ seq }) => seq !== 3) })],
      ['is out of order', (commit: Commit) => ({ ...commit, events: commit.events.toReversed() })],
      ['does not end at lastSeq', (commit: Commit) => ({ ...commit, lastSeq: commit.lastSeq + 1 })],
    ])('a commit whose seq %s is refused and writes nothing', async (_rule, spoil) => {
      const chain = createChain(under.store.commits);
      const first = await chain.write([create(user('u1'))]);
      const spoiled = spoil(chain.next([create(user('u2'))], { events: 3 }));
      await expect(under.store.commits.commit(spoiled)).rejects.toThrow(MalformedCommit);
      expect(await under.store.commits.head(chain.directory.id)).toEqual(headOf(first));
      expect(await under.store.resources.get(chain.directory.id, 'User', 'u2')).toBeUndefined();
    });

    test('nothing follows the commit that deletes a directory, and its rows are gone', async () => {
      const { commits, resources } = under.store;
      const chain = createChain(commits);
      await chain.write([create(user('u1')), create(group('g1')), join(membership('g1', 'u1'))]);
      const last = await chain.write([{ kind: 'sweep' }], { deleted: true });
      expect(await commits.commit(chain.next([create(user('u2'))]))).toBe('conflict');
      // Rows of another directory may take the place of those that are gone, and are not theirs.
      await createChain(commits).write([create(user('u1')), create(group('g1')), join(membership('g1', 'u1'))]);
      expect(await commits.head(chain.directory.id)).toEqual({ ...headOf(last), deleted: true });
      expect(await resources.getMany(chain.directory.id, ['u1', 'g1', 'u2'])).toEqual([]);
      expect(await resources.membersOf(chain.directory.id, 'g1', { limit: 10 })).toEqual([]);
      expect(await resources.groupsOf(chain.directory.id, ['u1'])).toEqual([]);
      expect(
        await resources.list(chain.directory.id, 'User', { ids: [], keys: ['userName:u1'] }, { limit: 10 }),
      ).toEqual([]);
    });

    test('the head is confirmed only while it is the head', async () => {
      const { commits } = under.store;
      const chain = createChain(commits);
      expect(await commits.confirmHead(chain.directory.id, 0)).toBe(true);
      await chain.write([create(user('u1'))]);
      expect(await commits.confirmHead(chain.directory.id, 0)).toBe(false);
      expect(await under.other.commits.confirmHead(chain.directory.id, 1)).toBe(true);
      expect(await under.other.commits.confirmHead(chain.directory.id, 2)).toBe(false);
    });

    test('a load answers each row once: by id, by key, by pair and by group', async () => {
      const chain = createChain(under.store.commits);
      const [u1, u2, g1, g2] = [user('u1'), user('u2'), group('g1'), group('g2')];
      const [a, b, c] = [membership('g1', 'u1'), membership('g2', 'u1'), membership('g2', 'u2')];
      await chain.write([create(u1), create(u2), create(g1), create(g2), join(a), join(b), join(c)]);
      const loaded = await under.store.commits.load(chain.directory.id, {
        ids: new Set(['u1', 'absent']),
        keys: [
          { type: 'User', key: 'userName:u1' },
          { type: 'User', key: 'userName:u2' },
          { type: 'User', key: 'displayName:g1' },
          { type: 'Group', key: 'displayName:absent' },
        ],
        memberships: [a, c, { groupId: 'g1', memberId: 'u2' }],
        members: new Set(['g2']),
        heldKeys: new Set(['u1', 'g2']),
      });
      expect(sorted(loaded)).toEqual({ resources: [u1, u2], memberships: [a, b, c], heldKeys: [] });
    });

    test('unlink ends every membership of earlier commits on either side, and none of its own commit', async () => {
      const { commits, resources } = under.store;
      const chain = createChain(commits);
      await chain.write([
        create(group('g1')),
        create(group('g2')),
        create(user('u1')),
        create(user('u2')),
        join(membership('g1', 'u1')),
        join(membership('g1', 'g2', 'Group')),
        join(membership('g2', 'u2')),
      ]);
      await chain.write([join(membership('g2', 'u1')), unlink('g2')]);
      expect(await resources.membersOf(chain.directory.id, 'g1', { limit: 10 })).toEqual([membership('g1', 'u1')]);
      expect(await resources.membersOf(chain.directory.id, 'g2', { limit: 10 })).toEqual([membership('g2', 'u1')]);
    });

    test('a member that left can join again', async () => {
      const { commits } = under.store;
      const chain = createChain(commits);
      const row = membership('g1', 'u1');
      await chain.write([create(user('u1')), create(group('g1')), join(row)]);
      await chain.write([leave(row)]);
      expect(sorted(await commits.load(chain.directory.id, allMembers('g1'))).memberships).toEqual([]);
      await chain.write([join(row)]);
      expect(sorted(await commits.load(chain.directory.id, allMembers('g1'))).memberships).toEqual([row]);
    });

    test('of writers that race for each number exactly one wins it, and the chain has no gap', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 5 }), async (writers) => {
          const directory = newDirectory();
          const won = await Promise.all(
            writers.map((eventCount, index) =>
              writeUntilDone(index % 2 === 0 ? under.store.commits : under.other.commits, {
                write: 3,
                next: (head, round) =>
                  commitAfter(head, directory, [create(user(`w${index}-${round}`))], { events: eventCount }),
                directoryId: directory.id,
              }),
            ),
          );
          const chain = won.flat().toSorted((a, b) => a.number - b.number);
          const { commits, events, resources } = under.store;
          expect(chain.map(({ number }) => number)).toEqual(chain.map((_, index) => index + 1));
          expect(await commits.head(directory.id)).toEqual(headOf(chain.at(-1) ?? GENESIS));
          expect(await events.ofDirectory(directory.id, 0, 100)).toEqual(chain.flatMap((commit) => commit.events));
          const rows = await resources.list(directory.id, 'User', undefined, { limit: 100 });
          expect(rows).toHaveLength(writers.length * 3);
        }),
        { numRuns: raceRuns },
      );
    });

    describeFaults(harness, 'a writer that dies between insert and apply', (faults) => {
      test('the next writer applies its commit before it goes on', async () => {
        const { commits, resources } = under.other;
        const chain = createChain(under.store.commits);
        await chain.write([create(user('u1'))]);
        const half = chain.next([create(user('u2')), remove(user('u1'))]);
        await faults.insertWithoutApplying(half);
        expect(await commits.head(chain.directory.id)).toEqual(headOf(half));
        expect(await resources.getMany(chain.directory.id, ['u1', 'u2'])).toEqual([user('u2')]);
        expect(await commits.commit(commitAfter(half, chain.directory, [create(user('u3'))]))).toBe('committed');
      });

      test('a writer that held the same number loses, and finds the commit applied', async () => {
        const chain = createChain(under.other.commits);
        const loser = chain.next([create(user('loser'))]);
        const half = chain.next([create(user('winner'))]);
        await faults.insertWithoutApplying(half);
        expect(await under.other.commits.commit(loser)).toBe('conflict');
        expect(await under.other.commits.head(chain.directory.id)).toEqual(headOf(half));
        const rows = await under.other.resources.list(chain.directory.id, 'User', undefined, { limit: 10 });
        expect(rows).toEqual([user('winner')]);
      });
    });

    describeFaults(harness, 'a writer that applies late', (faults) => {
      test('applying twice changes nothing', async () => {
        const { commits, resources } = under.store;
        const chain = createChain(commits);
        const rows = [create(user('u1')), create(group('g1')), join(membership('g1', 'u1'))];
        const commit = await chain.write(rows);
        await faults.applyLate(commit);
        expect(await resources.getMany(chain.directory.id, ['u1'])).toEqual([user('u1')]);
        expect(await resources.membersOf(chain.directory.id, 'g1', { limit: 10 })).toEqual([membership('g1', 'u1')]);
      });

      test('it neither brings back deleted rows nor undoes newer ones', async () => {
        const { commits, resources } = under.store;
        const chain = createChain(commits);
        const [stays, ends] = [membership('g1', 'changed'), membership('g1', 'deleted')];
        const old = await chain.write([
          create(user('deleted')),
          create(user('changed')),
          create(group('g1')),
          join(stays),
          join(ends),
        ]);
        const newer = await chain.write([
          remove(user('deleted')),
          unlink('deleted'),
          leave(stays),
          update(user('changed', { version: 2, keys: ['userName:new'] })),
        ]);
        await chain.write([join(stays)]);
        await faults.applyLate(old);
        await faults.applyLate(newer);
        await faults.applyLate(old);
        const byOldKey = { ids: [], keys: ['userName:deleted', 'userName:changed'] };
        expect(await resources.list(chain.directory.id, 'User', undefined, { limit: 10 })).toEqual([
          user('changed', { version: 2, keys: ['userName:new'] }),
        ]);
        expect(await resources.list(chain.directory.id, 'User', byOldKey, { limit: 10 })).toEqual([]);
        expect(await resources.membersOf(chain.directory.id, 'g1', { limit: 10 })).toEqual([stays]);
      });

      test('a late sweep or unlink reaches only rows of earlier commits', async () => {
        const { commits, resources } = under.store;
        const chain = createChain(commits);
        await chain.write([create(user('u1')), create(group('g1'))]);
        const old = await chain.write([unlink('u1')]);
        await chain.write([join(membership('g1', 'u1'))]);
        await faults.applyLate(old);
        expect(await resources.membersOf(chain.directory.id, 'g1', { limit: 10 })).toEqual([membership('g1', 'u1')]);
      });
    });

    describeFaults(harness, 'a cut connection', (faults) => {
      test.each(['request', 'answer'] as const)(
        'the outcome of a commit whose %s was lost is certain',
        async (lost) => {
          const { commits, resources, events } = under.store;
          const chain = createChain(commits);
          await chain.write([create(user('u1'))]);
          const commit = chain.next([create(user('u2'))]);
          await faults.cutNextCommit(lost);
          expect(await commits.commit(commit)).toBe('committed');
          expect(await commits.head(chain.directory.id)).toEqual(headOf(commit));
          expect(await resources.get(chain.directory.id, 'User', 'u2')).toEqual(user('u2'));
          expect(await events.ofDirectory(chain.directory.id, 1, 10)).toEqual(commit.events);
        },
      );
    });
  });
}

/** Decides again after each conflict until it has written so many commits; answers those. */
async function writeUntilDone(
  commits: CommitStore,
  writer: { directoryId: string; write: number; next: (head: Head, round: number) => Commit },
): Promise<Commit[]> {
  const won: Commit[] = [];
  while (won.length < writer.write) {
    const commit = writer.next(await commits.head(writer.directoryId), won.length);
    if ((await commits.commit(commit)) === 'committed') won.push(commit);
  }
  return won;
}
