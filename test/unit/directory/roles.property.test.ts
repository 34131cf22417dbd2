import fc from 'fast-check';
import type { Command } from '../../../shared/directory/command.js';
import { compileMapping, NO_RULES, type MappingRules } from '../../../shared/directory/mapping.js';
import { userData } from '../../../shared/directory/normalize.js';
import type { UserData } from '../../../shared/events/event.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { addMembers, create, modify, removeMembers } from './commands.js';
import { history } from './histories.js';
import { directory, memoryDirectory } from './memory.js';

const attributes = fc.subarray([
  { to: 'displayName', from: 'title' },
  { to: 'custom.login', from: 'userName' },
]);
const roles = fc.uniqueArray(
  fc.record({ groupId: fc.constantFrom('g', 'h'), role: fc.constantFrom('cook', 'clerk', 'chef') }),
  { selector: ({ groupId, role }) => `${groupId} ${role}`, maxLength: 4 },
);
const rules = fc.record({ attributes, roles }).map((mapping) => compileMapping(mapping, USER));
/** Own roles, one of which a group may give too. */
const ownRoles = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('cook', 'admin'))
  .map(([id, value]): Command => modify('User', id, { op: 'replace', path: 'roles', value: [{ value }] }));

/** Of two users, so that one is often in both groups. */
const moves = fc
  .tuple(
    fc.constantFrom('g', 'h'),
    fc.subarray(['a', 'b'], { minLength: 1 }),
    fc.constantFrom(addMembers, removeMembers),
  )
  .map(([groupId, ids, move]): Command => move(groupId, ...ids));

type Step = { readonly command: Command } | { readonly rules: MappingRules };

/** Everybody is there from the start, so that most memberships come about. */
const everybody = [
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => create('User', id, { userName: id })),
  ...['g', 'h'].map((id) => create('Group', id, { displayName: id })),
];
const peopled = history.map((commands) => [...everybody, ...commands.filter(({ kind }) => kind !== 'create')]);

const steps = fc
  .tuple(
    peopled,
    fc.array(fc.tuple(fc.integer({ min: 8, max: 40 }), fc.oneof(rules, ownRoles, moves, moves)), { maxLength: 16 }),
  )
  .map(([commands, inserted]) => {
    const all = commands.map((command): Step => ({ command }));
    for (const [at, one] of inserted) all.splice(at, 0, 'kind' in one ? { command: one } : { rules: one });
    return all;
  });

/** Carries the steps out, each new mapping told to every user as the management API has it told. */
function play(all: readonly Step[]) {
  const ref = { ...directory, rules: NO_RULES };
  const memory = memoryDirectory(ref);
  let batch: Command[] = [];
  const flush = (): void => void memory.write(batch.splice(0));
  for (const step of all) {
    if ('command' in step) {
      batch.push(step.command);
      if (batch.length === 3) flush();
      continue;
    }
    flush();
    const before = ref.rules;
    ref.rules = step.rules;
    const users = [...memory.resources.values()].filter(({ type }) => type === 'User');
    batch = users.map(({ id }): Command => ({ kind: 'remap', requestId: 'mapping', id, before }));
    flush();
  }
  flush();
  return { memory, rules: ref.rules };
}

test('what events tell of users at the end are their data and roles, computed from the rows alone', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { memory, rules: last } = play(all);
      const told = new Map<string, UserData>();
      for (const event of memory.events()) {
        if (event.type === 'user.created') told.set(event.data.id, event.data);
        if (event.type === 'user.deleted') {
          expect(event.data).toEqual(told.get(event.data.id));
          told.delete(event.data.id);
        }
        if (event.type !== 'user.updated') continue;
        // `previous` leads back to what was told before, and the next version comes with it.
        const { version, updatedAt, ...before } = told.get(event.data.id) ?? event.data;
        expect({ ...event.data, ...event.previous }).toEqual({ ...before, version: version + 1, updatedAt });
        told.set(event.data.id, event.data);
      }
      const scratch = [...memory.resources.values()].flatMap((row): [string, UserData][] => {
        const memberships = [...memory.memberships.values()].filter(({ memberId }) => memberId === row.id);
        const groupIds = memberships.map(({ groupId }) => groupId);
        return row.type === 'User' ? [[row.id, plainly(userData(row, scope, { rules: last, groupIds }))]] : [];
      });
      expect(told).toEqual(new Map(scratch));
      for (const [id, data] of scratch) expect(data.roles.map(({ value }) => value)).toEqual(rolesOf(id, memory, last));
    }),
    { numRuns: 200 },
  );
}, 60_000);

const scope = { directoryId: directory.id, organizationId: directory.organizationId };
const plainly = (data: UserData): UserData => JSON.parse(JSON.stringify(data)) as UserData;

/** Said once more, in another way. */
function rolesOf(
  id: string,
  { resources, memberships }: ReturnType<typeof memoryDirectory>,
  { roles: byGroup }: MappingRules,
) {
  const stored = resources.get(id)?.attributes['roles'];
  const own = Array.isArray(stored) ? (stored as { value: string }[]).map(({ value }) => value) : [];
  const given = [...byGroup].flatMap(([groupId, names]) => (memberships.has(`${groupId} ${id}`) ? names : []));
  return [...own, ...[...new Set(given)].filter((name) => !own.includes(name)).sort()];
}

test('however commands fall into batches, the events are the same under a role mapping', () => {
  fc.assert(
    fc.property(peopled, roles, (commands, mapped) => {
      const ref = { ...directory, rules: compileMapping({ attributes: [], roles: mapped }, USER) };
      const [one, many] = [memoryDirectory(ref), memoryDirectory(ref)];
      commands.forEach((command) => one.write([command]));
      for (let at = 0; at < commands.length; at += 7) many.write(commands.slice(at, at + 7));
      const plain = (memory: typeof one) => memory.events().map(({ id: _id, ...event }) => event);
      expect(plain(many)).toEqual(plain(one));
    }),
    { numRuns: 200 },
  );
}, 60_000);
