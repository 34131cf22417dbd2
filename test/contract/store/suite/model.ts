import fc from 'fast-check';
import type { Change } from '../../../../shared/directory/commit.js';
import type { Membership, ResourceRow } from '../../../../shared/directory/resource.js';
import {
  create,
  createChain,
  group,
  join,
  leave,
  membership,
  needs,
  remove,
  sorted,
  sortedMemberships,
  unlink,
  update,
  user,
} from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

const GROUPS = ['g1', 'g2', 'g3'];
const USERS = ['u1', 'u2', 'u3', 'u4'];
const IDS = [...GROUPS, ...USERS];
const KEYS = ['k:1', 'k:2', 'k:3'];

interface Wish {
  readonly what: 'put' | 'delete' | 'join' | 'leave';
  readonly id: string;
  readonly groupId: string;
  readonly keys: readonly string[];
}

const wish: fc.Arbitrary<Wish> = fc.record({
  what: fc.constantFrom('put', 'put', 'delete', 'join', 'join', 'leave'),
  id: fc.constantFrom(...IDS),
  groupId: fc.constantFrom(...GROUPS),
  keys: fc.subarray(KEYS),
});

/** Whatever commits come one after another, the store's rows are those of a model that keeps them in two maps. */
export function describeModel(harness: StoreHarness, numRuns: number): void {
  describe(`${harness.name}: commits in any order`, () => {
    const under = useStore(harness);

    test('leave the rows of a plain model', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(wish, { minLength: 1, maxLength: 8 }), { maxLength: 8 }),
          async (batches) => {
            const model = createModel();
            const chain = createChain(under.store.commits);
            for (const wishes of batches) await chain.write(model.commit(wishes), { events: wishes.length });
            await expectSame(model, chain.directory.id);
            expect(await under.other.commits.head(chain.directory.id)).toEqual(chain.head);
          },
        ),
        { numRuns },
      );
    });

    const expectSame = async ({ resources, memberships }: Model, directoryId: string): Promise<void> => {
      const reader = under.other.resources;
      const ordered = [...resources.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const type of ['User', 'Group']) {
        const ofType = ordered.filter((row) => row.type === type);
        expect(await reader.list(directoryId, type, undefined, { limit: 100 })).toEqual(ofType);
        for (const key of KEYS) {
          const bearers = ofType.filter(({ keys }) => keys.includes(key));
          expect(await reader.list(directoryId, type, { ids: [], keys: [key] }, { limit: 100 })).toEqual(bearers);
        }
      }
      const rows = sortedMemberships([...memberships.values()]);
      for (const id of IDS) {
        const members = rows.filter(({ groupId }) => groupId === id);
        expect(await reader.membersOf(directoryId, id, { limit: 100 })).toEqual(members);
        const groups = rows.filter(({ memberId }) => memberId === id);
        expect(sortedMemberships(await reader.groupsOf(directoryId, [id]))).toEqual(groups);
      }
      const everything = needs({ ids: new Set(IDS), members: new Set(GROUPS) });
      expect(sorted(await under.other.commits.load(directoryId, everything))).toEqual({
        resources: ordered,
        memberships: rows,
        heldKeys: [],
      });
    };
  });
}

type Model = ReturnType<typeof createModel>;

function createModel() {
  const resources = new Map<string, ResourceRow>();
  const memberships = new Map<string, Membership>();
  const ended = new Set<string>();

  const apply = (changes: readonly Change[]): void => {
    const earlier = [...memberships];
    for (const change of changes) {
      if (change.kind !== 'unlink') continue;
      for (const [pair, row] of earlier) {
        if (row.groupId === change.id || row.memberId === change.id) memberships.delete(pair);
      }
    }
    for (const change of changes) {
      if (change.kind === 'put') resources.set(change.resource.id, change.resource);
      if (change.kind === 'delete') resources.delete(change.id);
      if (change.kind === 'join') memberships.set(pairOf(change.membership), change.membership);
      if (change.kind === 'leave') memberships.delete(pairOf(change.membership));
    }
  };

  return {
    resources,
    memberships,
    /** Makes of wishes what a directory could decide: each row once, no id used again after its end. */
    commit(wishes: readonly Wish[]): Change[] {
      const named = new Set<string>();
      const changes = wishes.flatMap(({ what, id, groupId, keys }): Change[] => {
        const pair = membership(groupId, id, id.startsWith('g') ? 'Group' : 'User');
        const row = resources.get(id);
        if (what === 'put' || what === 'delete') {
          if (named.has(id) || ended.has(id)) return [];
          const inPair = [...named].some((name) => name.split(' ').length > 1 && name.split(' ').includes(id));
          if (what === 'delete' && (row === undefined || inPair)) return [];
          named.add(id);
          if (what === 'delete') ended.add(id);
          if (row !== undefined)
            return what === 'put' ? [update({ ...row, version: row.version + 1, keys })] : [remove(row), unlink(id)];
          return [create(id.startsWith('g') ? group(id, { keys }) : user(id, { keys }))];
        }
        const name = pairOf(pair);
        const isOver = ended.has(id) || ended.has(groupId) || id === groupId;
        if (named.has(name) || isOver || memberships.has(name) !== (what === 'leave')) return [];
        named.add(name);
        return [what === 'join' ? join(pair) : leave(pair)];
      });
      apply(changes);
      return changes;
    },
  };
}

const pairOf = ({ groupId, memberId }: Membership): string => `${groupId} ${memberId}`;
