import { BATCH_MAX } from '../../../shared/directory/batch.js';
import type { DeletionGuard } from '../../../shared/directory/guard.js';
import type { DirectoryEvent } from '../../../shared/events/event.js';
import { addMembers, create, modify, remove, replace } from './commands.js';
import { directory, memoryDirectory } from './memory.js';

const T0 = 1_700_000_000_000;
const MINUTE = 60_000;

/** A guarded directory with so many users, `u1` and on, and a group of the first two. */
function company(deletionGuard: DeletionGuard, users = 20) {
  const memory = memoryDirectory({ ...directory, deletionGuard });
  const ids = Array.from({ length: users }, (_, index) => `u${index + 1}`);
  for (let from = 0; from < users; from += BATCH_MAX) {
    memory.write(
      ids.slice(from, from + BATCH_MAX).map((id) => create('User', id, { userName: id })),
      T0,
    );
  }
  memory.write([create('Group', 'g', { displayName: 'Staff', members: [{ value: 'u1' }, { value: 'u2' }] })], T0);
  const seen = memory.events().length;
  return Object.assign(memory, {
    news: () => memory.events().slice(seen),
    newTypes: () =>
      memory
        .events()
        .slice(seen)
        .map(({ type }) => type),
    heldTypes: () => [...memory.held.values()].map(({ draft }) => draft.type),
  });
}

const deactivate = (id: string) => modify('User', id, { op: 'replace', path: 'active', value: false });
const names = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `u${from + i}`);
const ofType = (events: readonly DirectoryEvent[], type: DirectoryEvent['type']) =>
  events.filter((event) => event.type === type);

test('the first removals up to the limit pass, the next one is held, and the directory says so', () => {
  const memory = company({ maxUsers: 2, windowMinutes: 10 });
  memory.write([remove('User', 'u1'), deactivate('u2'), remove('User', 'u3'), deactivate('u4')], T0 + 5);
  expect(memory.newTypes()).toEqual(['user.deleted', 'user.updated', 'directory.held']);
  expect(memory.heldTypes()).toEqual(['user.deleted', 'user.updated']);
  expect(memory.news().at(-1)).toMatchObject({
    data: {
      id: 'dir',
      organizationId: 'org',
      limit: 'maxUsers',
      maximum: 2,
      counted: 3,
      since: new Date(T0 + 5).toISOString(),
    },
    cause: { requestId: 'delete u3' },
  });
  // The changes are made.
  expect(memory.resources.has('u3')).toBe(false);
  expect(memory.resources.get('u4')?.attributes['active']).toBe(false);
});

test('a guard of no users at all holds the first removal', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  memory.write([remove('User', 'u1')]);
  expect(memory.newTypes()).toEqual(['directory.held']);
});

test('a percentage is of the users when the window began, and spares five removals', () => {
  const small = company({ maxPercent: 1, windowMinutes: 10 }, 8);
  small.write(names(1, 6).map((id) => remove('User', id)));
  expect(small.newTypes()).toEqual([...Array(5).fill('user.deleted'), 'directory.held']);

  const large = company({ maxPercent: 10, windowMinutes: 10 }, 70);
  for (const id of names(1, 8)) large.write([remove('User', id)]);
  expect(large.newTypes()).toEqual([...Array(7).fill('user.deleted'), 'directory.held']);
  expect(large.news().at(-1)?.data).toMatchObject({ limit: 'maxPercent', maximum: 10, counted: 8 });
});

test('of two limits the one that is exceeded first holds', () => {
  const memory = company({ maxUsers: 3, maxPercent: 90, windowMinutes: 10 });
  memory.write(names(1, 4).map((id) => remove('User', id)));
  expect(memory.news().at(-1)?.data).toMatchObject({ limit: 'maxUsers', counted: 4 });
});

test('counting begins anew when the window is over, and only what removes is counted', () => {
  const memory = company({ maxUsers: 2, windowMinutes: 10 });
  memory.write([remove('User', 'u1'), deactivate('u2')], T0);
  memory.write([deactivate('u2'), modify('User', 'u4', { op: 'replace', path: 'title', value: 'Cook' })], T0 + MINUTE);
  memory.write([modify('User', 'u2', { op: 'replace', path: 'active', value: true })], T0 + 2 * MINUTE);
  memory.write([remove('Group', 'g')], T0 + 3 * MINUTE);
  memory.write([remove('User', 'u5')], T0 + 10 * MINUTE);
  memory.write([remove('User', 'u6')], T0 + 19 * MINUTE);
  expect(memory.head.guard.hold).toBeNull();
  memory.write([remove('User', 'u7')], T0 + 20 * MINUTE - 1);
  expect(memory.heldTypes()).toEqual(['user.deleted']);
});

test('what follows a held event is held behind it, and what follows that; the rest flows on', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  memory.write([deactivate('u1')]);
  memory.write([
    addMembers('g', 'u3'),
    modify('User', 'u1', { op: 'replace', path: 'title', value: 'Cook' }),
    create('User', 'hire', { userName: 'hire' }),
  ]);
  memory.write([create('Group', 'h', { displayName: 'H', members: [{ value: 'u1' }] }), remove('User', 'u9')]);
  memory.write([modify('Group', 'h', { op: 'replace', path: 'displayName', value: 'I' })]);
  expect(memory.newTypes()).toEqual(['directory.held', 'group.members_added', 'user.created', 'group.created']);
  expect(memory.heldTypes()).toEqual([
    'user.updated',
    'user.updated',
    'group.members_added',
    'user.deleted',
    'group.updated',
  ]);
});

test('what a command does behind an event of its own that is held is held as well', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  memory.write([deactivate('u1')]);
  const members = ['u2', 'u3'].map((value) => ({ value }));
  memory.write([replace('Group', 'g', { displayName: 'Team', members })]);
  expect(memory.newTypes()).toEqual(['directory.held', 'group.updated']);
  expect(memory.heldTypes()).toEqual(['user.updated', 'group.members_removed', 'group.members_added']);
});

test('released events keep their ids, come in their order with the next seq, and counting begins anew', () => {
  const memory = company({ maxUsers: 1, windowMinutes: 10 });
  memory.write(names(1, 6).map((id) => remove('User', id)));
  const held = [...memory.held.values()];
  memory.release(2);
  expect(memory.head.guard.hold).not.toBeNull();
  memory.write([remove('User', 'u7')]);
  memory.release(100, T0 + MINUTE);
  const released = memory.news().slice(2);
  expect(released.slice(0, 5).map(({ id }) => id)).toEqual(held.map(({ id }) => id));
  expect(released.map(({ seq }) => seq)).toEqual(released.map((_, index) => (released[0]?.seq ?? 0) + index));
  expect(released.at(-1)).toMatchObject({
    type: 'directory.released',
    data: { events: 6 },
    cause: { requestId: 'release' },
  });
  expect(released.at(-1)?.timestamp).toBe(new Date(T0 + MINUTE).toISOString());
  memory.write([remove('User', 'u8')], T0 + MINUTE);
  expect(memory.held.size).toBe(0);
});

test('an event keeps the trace context of the request that caused it, held or not', () => {
  const memory = company({ maxUsers: 1, windowMinutes: 10 });
  memory.write(
    names(1, 4).map((id, index) => ({ ...remove('User', id), ...(index % 2 === 0 && { traceparent: id }) })),
  );
  memory.release(100);
  const traces = memory.commits.flatMap(({ events }) => events).map(({ type, traceparent }) => [type, traceparent]);
  expect(traces.slice(-6)).toEqual([
    ['user.deleted', 'u1'],
    ['directory.held', undefined],
    ['user.deleted', undefined],
    ['user.deleted', 'u3'],
    ['user.deleted', undefined],
    ['directory.released', undefined],
  ]);
});

test('discarded events never come', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  memory.write(names(1, 6).map((id) => remove('User', id)));
  memory.release(2);
  memory.discard();
  expect(memory.held.size).toBe(0);
  expect(ofType(memory.news(), 'user.deleted')).toHaveLength(2);
  expect(memory.news().at(-1)).toMatchObject({ type: 'directory.discarded', data: { events: 4 } });
  memory.discard();
  memory.release(10);
  expect(memory.news().at(-1)).toMatchObject({ type: 'directory.discarded' });
});

test('a directory whose guard is switched off while it holds lets removals pass, but no follower', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  memory.write([deactivate('u1')]);
  const off = memoryDirectory({ ...directory, deletionGuard: null });
  Object.assign(off, { head: memory.head });
  memory.resources.forEach((row, id) => off.resources.set(id, row));
  memory.held.forEach((event, order) => off.held.set(order, event));
  off.write([remove('User', 'u1'), remove('User', 'u2')]);
  expect(off.events().map(({ type }) => type)).toEqual(['user.deleted']);
  expect(off.held.size).toBe(2);
});

test('a directory that holds nothing loads nothing for it, and one that does asks for all keys at once', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  const during = (work: () => unknown): number => {
    const before = memory.loads;
    work();
    return memory.loads - before;
  };
  expect(during(() => memory.write([deactivate('u1'), deactivate('u2')]))).toBe(1);
  expect(during(() => memory.write([deactivate('u3'), deactivate('u4'), deactivate('u5')]))).toBe(2);
});

test('a release takes no more than a commit can carry, and at least one event', () => {
  const memory = company({ maxUsers: 0, windowMinutes: 10 });
  const big = 'x'.repeat(900_000);
  memory.write([deactivate('u1')]);
  for (let n = 0; n < 9; n += 1)
    memory.write([modify('User', 'u1', { op: 'replace', path: 'title', value: `${n}${big}` })]);
  expect(memory.held.size).toBe(10);
  const commits = memory.commits.length;
  while (memory.head.guard.hold !== null) memory.release(500);
  const sizes = memory.commits.slice(commits).map(({ events }) => events.length);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(11);
  expect(Math.max(...sizes)).toBeLessThan(5);
});
