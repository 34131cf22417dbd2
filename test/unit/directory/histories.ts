import fc from 'fast-check';
import type { Command } from '../../../shared/directory/command.js';
import { addMembers, create, modify, remove, removeMembers, replace } from './commands.js';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const groups = ['g', 'h'];
const id = fc.constantFrom(...ids);
const group = fc.constantFrom(...groups);
const some = fc.uniqueArray(fc.constantFrom(...ids, ...groups), { maxLength: 4 });

/** Each resource id is created at most once, as in life: a deleted one never comes back. */
const anyCommand = fc.oneof(
  fc
    .tuple(id, fc.constantFrom('x', 'y', 'z'))
    .map(([one, name]) => ({ make: one, command: create('User', one, { userName: name }) })),
  group.map((one) => ({ make: one, command: create('Group', one, { displayName: one }) })),
  fc.tuple(id, fc.constantFrom('x', 'y', 'z'), fc.constantFrom('Cook', undefined)).map(([one, userName, title]) => ({
    make: undefined,
    command: replace('User', one, { userName, title }),
  })),
  fc.tuple(id, fc.constantFrom('Cook', 'Clerk')).map(([one, value]) => ({
    make: undefined,
    command: modify('User', one, { op: 'replace', path: 'title', value }),
  })),
  fc.tuple(group, some).map(([one, members]) => ({ make: undefined, command: addMembers(one, ...members) })),
  fc.tuple(group, some).map(([one, members]) => ({ make: undefined, command: removeMembers(one, ...members) })),
  fc.tuple(group, some).map(([one, members]) => ({
    make: undefined,
    command: replace('Group', one, { displayName: one, members: members.map((value) => ({ value })) }),
  })),
  fc.tuple(id, fc.boolean()).map(([one, value]) => ({
    make: undefined,
    command: modify('User', one, { op: 'replace', path: 'active', value }),
  })),
  id.map((one) => ({ make: undefined, command: remove('User', one) })),
  group.map((one) => ({ make: undefined, command: remove('Group', one) })),
);

/** Commands as a provider may send them, sensible or not. */
export const history = fc.array(anyCommand, { maxLength: 40 }).map((drawn) => {
  const made = new Set<string>();
  return drawn.flatMap(({ make, command }): Command[] => {
    if (make === undefined) return [command];
    if (made.has(make)) return [];
    made.add(make);
    return [command];
  });
});
