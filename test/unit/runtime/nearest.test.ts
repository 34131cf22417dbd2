import fc from 'fast-check';
import { nearest } from '../../../shared/runtime/nearest.js';

test.each([
  ['user.create', 'user.created'],
  ['user.crated', 'user.created'],
  ['USER.CREATED', 'user.created'],
  ['usre.craeted', 'user.created'],
  ['group.member_added', 'group.members_added'],
  ['employee.hired', undefined],
  ['', undefined],
])('%j is probably meant to be %j', (word, meant) => {
  expect(nearest(word, ['user.created', 'user.updated', 'group.members_added'])).toBe(meant);
});

test('a candidate is the nearest to itself', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, selector: (word) => word.toLowerCase() }),
      (words) => {
        for (const word of words) expect(nearest(word, words)).toBe(word);
      },
    ),
  );
});
