import { pastMemberships, pastResources } from '../../../shared/directory/past.js';
import { eraseUser } from '../../../shared/events/erase.js';
import type { DirectoryEvent } from '../../../shared/events/event.js';

/** An event as it is read back after the personal data of `u1` was erased. */
const erased = (type: string, rest: object): DirectoryEvent =>
  JSON.parse(eraseUser(JSON.stringify({ type, ...rest }), 'u1') ?? '') as DirectoryEvent;

const about = { data: { id: 'u1', userName: 'ann', version: 3 } };

test.each([
  ['changed and was deleted', erased('user.updated', { ...about, previous: { userName: 'an' } })],
  ['was deleted', erased('user.deleted', about)],
])('a user that %s since, and was erased, is left out of the past', (_what, event) => {
  const past = pastResources();
  past.take(event);
  // Known not to be told, so that a row which was read before its deletion does not show it either.
  expect([...past.between('User', '', undefined)]).toEqual([['u1', undefined]]);
});

test('what an erased user was a member of is still told by the ids', () => {
  const past = pastMemberships();
  const members = [{ id: 'u1', type: 'User', userName: 'ann' }];
  past.take(erased('group.members_removed', { data: { group: { id: 'g1' }, members } }));
  expect(past.of(['u1'], [])).toEqual([{ groupId: 'g1', memberId: 'u1', memberType: 'User' }]);
});
