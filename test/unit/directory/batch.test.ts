import type { Outcome } from '../../../shared/directory/command.js';
import { GENESIS } from '../../../shared/directory/commit.js';
import { decideBatch } from '../../../shared/directory/batch.js';
import { deletionCommit } from '../../../shared/directory/deletion.js';
import { newId } from '../../../shared/runtime/ids.js';
import { Missing, NO_FACTS } from '../../../shared/directory/view.js';
import { ScimError } from '../../../shared/scim/errors.js';
import { addMembers, create, modify, remove, removeMembers, replace } from './commands.js';
import { directory, memoryDirectory } from './memory.js';

const statuses = (outcomes: readonly Outcome[]): unknown[] =>
  outcomes.map((outcome) =>
    outcome.ok
      ? 'ok'
      : outcome.error instanceof ScimError
        ? (outcome.error.scimType ?? outcome.error.status)
        : outcome.error,
  );

/** A directory with two users and a group, and only the events after them. */
function peopled() {
  const memory = memoryDirectory();
  memory.write([
    create('User', 'ann', { userName: 'ann', emails: [{ value: 'ann@x.example', primary: true }] }),
    create('User', 'bob', { userName: 'bob' }),
    create('Group', 'staff', { displayName: 'Staff' }),
  ]);
  const seen = memory.events().length;
  const types = () =>
    memory
      .events()
      .slice(seen)
      .map(({ type }) => type);
  return { ...memory, newTypes: types, newEvents: () => memory.events().slice(seen) };
}

test('the first commit of a directory begins with directory.activated', () => {
  const memory = memoryDirectory();
  memory.write([create('User', 'ann', { userName: 'ann' })]);
  expect(memory.events().map(({ type, seq }) => [type, seq])).toEqual([
    ['directory.activated', 1],
    ['user.created', 2],
  ]);
});

test('a first request that is refused still activates the directory', () => {
  const memory = memoryDirectory();
  expect(statuses(memory.write([remove('User', 'nobody')]))).toEqual([404]);
  expect(memory.events().map(({ type }) => type)).toEqual(['directory.activated']);
});

test('of two creates of one userName in a batch, whatever its case, one is made and one refused', () => {
  const memory = memoryDirectory();
  const outcomes = memory.write([
    create('User', 'one', { userName: 'Ann@x.example' }),
    create('User', 'two', { userName: 'ann@X.example' }),
  ]);
  expect(statuses(outcomes)).toEqual(['ok', 'uniqueness']);
  expect(memory.commits[0]?.counts).toEqual({ User: 1 });
});

test('a refused command fails alone and leaves nothing', () => {
  const memory = peopled();
  const outcomes = memory.write([
    addMembers('staff', 'ann', 'ghost'),
    modify('User', 'bob', { op: 'replace', path: 'title', value: 'Cook' }),
  ]);
  expect(statuses(outcomes)).toEqual(['invalidValue', 'ok']);
  expect(memory.newTypes()).toEqual(['user.updated']);
  expect(memory.memberships.size).toBe(0);
});

test('a name given up in a batch is free for the commands behind it', () => {
  const memory = peopled();
  const outcomes = memory.write([remove('User', 'ann'), create('User', 'ann2', { userName: 'ann' })]);
  expect(statuses(outcomes)).toEqual(['ok', 'ok']);
});

test('a change that changes nothing makes no event, no version and no commit', () => {
  const memory = peopled();
  memory.write([addMembers('staff', 'ann')]);
  const before = memory.commits.length;
  const outcomes = memory.write([
    replace('User', 'ann', { userName: 'ann', emails: [{ value: 'ann@x.example', primary: true }] }),
    modify('User', 'bob', { op: 'replace', path: 'userName', value: 'bob' }),
    addMembers('staff', 'ann'),
    removeMembers('staff', 'bob'),
  ]);
  expect(statuses(outcomes)).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(memory.commits.length).toBe(before);
  expect(memory.resources.get('ann')?.version).toBe(1);
});

test('user.updated names what was: changed fields only, absent-before as null', () => {
  const memory = peopled();
  memory.write([modify('User', 'bob', { op: 'add', value: { title: 'Cook', name: { familyName: 'Berg' } } })]);
  const [event] = memory.newEvents();
  expect(event).toMatchObject({
    type: 'user.updated',
    data: { title: 'Cook', name: { family: 'Berg' }, version: 2 },
    previous: { title: null, name: { given: null, family: null, formatted: null } },
    cause: { requestId: 'modify bob' },
  });
  expect(Object.keys((event as { previous: object }).previous).sort()).toEqual(['name', 'title']);
});

test('membership events come removals first, in chunks of 100, with what a receiver needs of each member', () => {
  const memory = peopled();
  const ids = Array.from({ length: 150 }, (_, index) => `user-${index}`);
  memory.write(ids.slice(0, 60).map((id) => create('User', id, { userName: id })));
  memory.write(ids.slice(60).map((id) => create('User', id, { userName: id })));
  memory.write([addMembers('staff', 'ann')]);
  const before = memory.newEvents().length;
  memory.write([replace('Group', 'staff', { displayName: 'Crew', members: ids.map((value) => ({ value })) })]);
  const events = memory.newEvents().slice(before);
  expect(events.map(({ type }) => type)).toEqual([
    'group.updated',
    'group.members_removed',
    'group.members_added',
    'group.members_added',
  ]);
  expect(events[1]?.data).toMatchObject({
    group: { id: 'staff', displayName: 'Crew' },
    members: [{ id: 'ann', userName: 'ann', email: 'ann@x.example', externalId: null }],
  });
  expect(events.slice(2).map(({ data }) => ('members' in data ? data.members.length : 0))).toEqual([100, 50]);
});

test('a membership counts as a change of the group and not of the user', () => {
  const memory = peopled();
  memory.write([addMembers('staff', 'ann', 'bob')]);
  expect(memory.resources.get('staff')?.version).toBe(2);
  expect(memory.resources.get('ann')?.version).toBe(1);
});

test('deleting a user ends its memberships without events of their own', () => {
  const memory = peopled();
  memory.write([addMembers('staff', 'ann', 'bob')]);
  memory.write([remove('User', 'ann')]);
  expect([...memory.memberships.values()].map(({ memberId }) => memberId)).toEqual(['bob']);
  expect(memory.newTypes()).toEqual(['group.members_added', 'user.deleted']);
});

test('a membership made and a member deleted in one batch leave no membership', () => {
  const memory = peopled();
  memory.write([addMembers('staff', 'ann'), remove('User', 'ann')]);
  expect(memory.memberships.size).toBe(0);
  expect(memory.newTypes()).toEqual(['group.members_added', 'user.deleted']);
});

test('a user made and deleted in one batch leaves events and no row', () => {
  const memory = peopled();
  memory.write([create('User', 'eve', { userName: 'eve' }), remove('User', 'eve')]);
  expect(memory.newTypes()).toEqual(['user.created', 'user.deleted']);
  expect(memory.commits.at(-1)?.changes).toEqual([]);
  expect(memory.head.counts).toEqual({ User: 2, Group: 1 });
});

test('a group may be a member of a group, but not of itself', () => {
  const memory = peopled();
  memory.write([create('Group', 'all', { displayName: 'All', members: [{ value: 'staff' }, { value: 'ann' }] })]);
  expect([...memory.memberships.values()].map(({ memberType }) => memberType).sort()).toEqual(['Group', 'User']);
  expect(statuses(memory.write([addMembers('all', 'all')]))).toEqual(['invalidValue']);
});

test('If-Match that names another version is refused with 412', () => {
  const memory = peopled();
  expect(statuses(memory.write([replace('User', 'ann', { userName: 'ann', title: 'Cook' }, 'W/"7"')]))).toEqual([412]);
  expect(statuses(memory.write([replace('User', 'ann', { userName: 'ann', title: 'Cook' }, 'W/"1"')]))).toEqual(['ok']);
});

test('a resource of another type is not found under this one', () => {
  const memory = peopled();
  expect(statuses(memory.write([remove('Group', 'ann')]))).toEqual([404]);
});

test('the time of commits never goes back', () => {
  const memory = peopled();
  memory.write([remove('User', 'ann')], 1_000);
  const [first, second] = memory.commits;
  expect(second?.at).toBe(first?.at);
});

test('a batch beyond the size of a commit goes into the next; a command beyond it is refused with 413', () => {
  const memory = peopled();
  const long = 'x'.repeat(900_000);
  const outcomes = memory.write(
    Array.from({ length: 6 }, (_, index) => create('User', `big-${index}`, { userName: `big-${index}`, title: long })),
  );
  expect(outcomes.length).toBe(4);
  expect(statuses(memory.write([create('User', 'huge', { userName: 'huge', title: long.repeat(5) })]))).toEqual([413]);
  expect(memory.resources.has('huge')).toBe(false);
});

test('of the members that a PUT names, only those who come are looked at, and those who go', () => {
  const memory = peopled();
  memory.write([addMembers('staff', 'ann', 'bob'), create('User', 'eve', { userName: 'eve' })]);
  const members = ['ann', 'eve'].map((value) => ({ value }));
  expect(statuses(memory.write([replace('Group', 'staff', { displayName: 'Staff', members })]))).toEqual(['ok']);
  expect(['ann', 'bob', 'eve'].filter((id) => memory.asked().has(id))).toEqual(['bob', 'eve']);
  expect(memory.newTypes().slice(-2)).toEqual(['group.members_removed', 'group.members_added']);
});

test('after its final commit a directory refuses every command', () => {
  const memory = memoryDirectory();
  memory.head = deletionCommit(memory.head, directory, 0, newId, 'request');
  expect(statuses(memory.write([create('User', 'eve', { userName: 'eve' })]))).toEqual([404]);
});

test('looking at what was not loaded asks for everything that the batch needs at once', () => {
  const commands = [create('User', 'eve', { userName: 'eve' }), addMembers('staff', 'ann', 'bob')];
  try {
    decideBatch(GENESIS, NO_FACTS, commands, { directory, now: 0, newId });
    throw new Error('nothing was missing');
  } catch (error) {
    expect(error).toBeInstanceOf(Missing);
    const { needs } = error as Missing;
    expect(needs.keys.map(({ key }) => key)).toEqual(['userName:eve']);
    expect(needs.ids.has('staff')).toBe(true);
  }
});
