import fc from 'fast-check';
import { sameAttributes } from '../../../shared/scim/patch/apply.js';
import { operations, userAttributes } from '../scim/arbitraries.js';
import { refusalType } from '../scim/refusals.js';
import { create, modify, replace } from './commands.js';
import { memoryDirectory } from './memory.js';

const NAMES = ['a', 'b'];

/** Two users, one of them with the attributes; the other holds the userName that the first must not take. */
function startDirectory(attributes: object) {
  const memory = memoryDirectory();
  memory.write([create('User', 'u', attributes), create('User', 'other', { userName: 'other' })]);
  const row = () => memory.resources.get('u') ?? fail();
  return { memory, row };
}

function fail(): never {
  throw new Error('the user is gone');
}

test('a PATCH that fails changes nothing; one that changes something makes one version and one event; any other none', () => {
  const seen = { failed: 0, idle: 0, changed: 0 };
  const steps = fc.oneof(
    { weight: 4, arbitrary: operations },
    // The last of them is refused only when it is decided.
    { weight: 1, arbitrary: operations.map((some) => [...some, { op: 'add', path: 'userName', value: 'OTHER' }]) },
  );
  fc.assert(
    fc.property(userAttributes, steps, (attributes, some) => {
      fc.pre(refusalType(() => modify('User', 'u', ...some)) === 'accepted');
      const { memory, row } = startDirectory(attributes);
      const [before, events] = [row(), memory.events().length];
      const [outcome] = memory.write([modify('User', 'u', ...some)]);
      const isChanged = outcome?.ok === true && !sameAttributes(row().attributes, before.attributes);
      seen[outcome?.ok !== true ? 'failed' : isChanged ? 'changed' : 'idle'] += 1;
      expect(row().version).toBe(before.version + (isChanged ? 1 : 0));
      expect(
        memory
          .events()
          .slice(events)
          .map(({ type }) => type),
      ).toEqual(isChanged ? ['user.updated'] : []);
      if (!isChanged) expect(row()).toBe(before);
      expect(memory.commits).toHaveLength(isChanged ? 2 : 1);
    }),
    { numRuns: 1_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

test('the same PUT, and the same PATCH, makes no event and no version', () => {
  fc.assert(
    fc.property(userAttributes, fc.constantFrom(...NAMES), (attributes, title) => {
      const { memory, row } = startDirectory({ ...attributes, title });
      const before = row();
      // The order of values and of attributes says nothing.
      const reordered = Object.fromEntries(
        Object.entries(before.attributes)
          .toReversed()
          .map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]),
      );
      for (const command of [
        replace('User', 'u', before.attributes),
        replace('User', 'u', reordered),
        modify('User', 'u', { op: 'replace', path: 'title', value: title }),
        modify('User', 'u', { op: 'add', value: before.attributes }),
        modify('User', 'u', { op: 'remove', path: 'nickName' }),
      ]) {
        expect(memory.write([command])).toEqual([{ ok: true, resource: before }]);
      }
      expect(memory.commits).toHaveLength(1);
    }),
    { numRuns: 1_000 },
  );
});
