import fc from 'fast-check';
import { create, modify, replace } from './commands.js';
import { memoryDirectory } from './memory.js';

const USERS = ['a', 'b', 'c', 'd'];
const GROUPS = ['x', 'y'];

interface Edit {
  readonly operation: object;
  /** Undefined: it is refused, because it names somebody who is not there. */
  readonly apply: (members: ReadonlySet<string>) => ReadonlySet<string> | undefined;
}

const id = fc.constantFrom(...USERS, ...GROUPS);
const ids: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 12, arbitrary: fc.uniqueArray(id, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(['ghost'], ['a', 'g']) },
);
const exists = (one: string): boolean => [...USERS, ...GROUPS].includes(one);
const entries = (list: readonly string[]) => list.map((value) => ({ value }));
/** Whoever is a member already need not be looked for. */
const joined = (members: ReadonlySet<string>, list: readonly string[]): ReadonlySet<string> | undefined =>
  list.every((one) => members.has(one) || exists(one)) ? new Set([...members, ...list]) : undefined;
const without = (members: ReadonlySet<string>, leaves: (one: string) => boolean): ReadonlySet<string> =>
  new Set([...members].filter((one) => !leaves(one)));

/** RFC 7644 section 3.5.2 on a set, and the leniency of removing what a value names. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  ids.map((list) => ({
    operation: { op: 'add', path: 'members', value: entries(list) },
    apply: (members: ReadonlySet<string>) => joined(members, list),
  })),
  ids.map((list) => ({
    operation: { op: 'replace', path: 'members', value: entries(list) },
    apply: (members: ReadonlySet<string>) =>
      joined(
        without(members, (one) => !list.includes(one)),
        list,
      ),
  })),
  ids.map((list) => ({
    operation: { op: 'remove', path: 'members', value: entries(list) },
    apply: (members: ReadonlySet<string>) => without(members, (one) => list.includes(one)),
  })),
  id.map((one) => ({
    operation: { op: 'remove', path: `members[value eq "${one}"]` },
    apply: (members: ReadonlySet<string>) => without(members, (other) => other === one),
  })),
  fc.constantFrom('User', 'Group').map((type) => ({
    operation: { op: 'remove', path: `members[type eq "${type}"]` },
    apply: (members: ReadonlySet<string>) =>
      without(members, (one) => (type === 'User' ? USERS : GROUPS).includes(one)),
  })),
  fc.constant({
    operation: { op: 'remove', path: 'members' },
    apply: () => new Set<string>(),
  }),
);

function startDirectory() {
  const memory = memoryDirectory();
  memory.write([
    ...USERS.map((one) => create('User', one, { userName: one })),
    ...[...GROUPS, 'g'].map((one) => create('Group', one, { displayName: one })),
  ]);
  const members = (): string[] => [...memory.memberships.values()].map(({ memberId }) => memberId).sort();
  return { memory, members };
}

test('members after any PATCHes are those of a plain set; what fails or changes nothing leaves no trace', () => {
  const seen = { applied: 0, idle: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), (patches) => {
      const { memory, members } = startDirectory();
      let expected: ReadonlySet<string> = new Set();
      for (const edits of patches) {
        const after = edits.reduce<ReadonlySet<string> | undefined>((set, { apply }) => set && apply(set), expected);
        const { head } = memory;
        const [outcome] = memory.write([modify('Group', 'g', ...edits.map(({ operation }) => operation))]);
        expect(outcome?.ok).toBe(after !== undefined);
        const isSame = after === undefined || [...after].sort().join() === [...expected].sort().join();
        seen[after === undefined ? 'refused' : isSame ? 'idle' : 'applied'] += 1;
        if (isSame) expect(memory.head).toBe(head);
        else expect(memory.head.number).toBe(head.number + 1);
        expected = after ?? expected;
        expect(members()).toEqual([...expected].sort());
      }
    }),
    { numRuns: 1_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

test('the same PUT again makes no event and no version, whatever the order of members', () => {
  fc.assert(
    fc.property(fc.uniqueArray(id), fc.uniqueArray(id), (first, second) => {
      const { memory } = startDirectory();
      const put = (list: readonly string[]) =>
        memory.write([replace('Group', 'g', { displayName: 'Staff', members: entries(list) })]);
      put(first);
      const { head } = memory;
      expect(put(first.toReversed())).toEqual([{ ok: true, resource: memory.resources.get('g') }]);
      expect(memory.head).toBe(head);
      put(second);
      expect(memory.head === head).toBe([...first].sort().join() === [...second].sort().join());
    }),
    { numRuns: 1_000 },
  );
});

test('a filter on the type of members once looked up one member after another', () => {
  const { memory } = startDirectory();
  memory.write(Array.from({ length: 60 }, (_, index) => create('User', `u${index}`, { userName: `u${index}` })));
  const everybody = Array.from({ length: 60 }, (_, index) => ({ value: `u${index}` }));
  memory.write([modify('Group', 'g', { op: 'add', path: 'members', value: everybody })]);
  // The memory gives up after ten loads.
  expect(memory.write([modify('Group', 'g', { op: 'remove', path: 'members[type eq "User"]' })])[0]?.ok).toBe(true);
  expect(memory.memberships.size).toBe(0);
});
