import fc from 'fast-check';
import { sameAttributes } from '../../../shared/scim/patch/apply.js';
import { readResource } from '../../../shared/scim/input.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { ENTERPRISE, referencePatch, Refused, type ReferenceOperation } from '../../support/reference-patch.js';
import { userAttributes, word } from './arbitraries.js';
import { patchUser } from './patching.js';
import { refusalType } from './refusals.js';

const condition = fc.oneof(
  fc.record({ sub: fc.constantFrom('value', 'type', 'display'), operator: fc.constant('eq' as const), value: word }),
  fc.record({
    sub: fc.constantFrom('value', 'type'),
    operator: fc.constantFrom('eq' as const, 'ne' as const),
    value: word,
  }),
  fc.record({ sub: fc.constant('primary'), operator: fc.constant('eq' as const), value: fc.boolean() }),
);
const path = fc.oneof(
  fc.record({ attribute: fc.constantFrom('userName', 'title', 'active', 'name', 'department', 'manager', ENTERPRISE) }),
  fc.record({ attribute: fc.constant('name'), sub: fc.constantFrom('givenName', 'familyName') }),
  fc.record({ attribute: fc.constant('manager'), sub: fc.constant('value') }),
  fc.record({ attribute: fc.constantFrom('id', 'groups', 'meta', 'nothing') }),
  fc.record(
    {
      attribute: fc.constantFrom('emails', 'roles'),
      sub: fc.constantFrom('value', 'type', 'display', 'primary'),
      filter: fc.array(condition, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['attribute'] },
  ),
);
const entry = fc.record(
  {
    value: fc.option(word),
    type: word,
    display: word,
    primary: fc.oneof(fc.boolean(), fc.constantFrom('True', 'false')),
  },
  { requiredKeys: [] },
);
const part = fc.oneof(
  word,
  fc.constantFrom(null, 7, true, false, 'True', [], {}, ['a'], [null], [{}]),
  entry,
  fc.array(entry, { maxLength: 3 }),
  fc.record(
    { givenName: fc.oneof(word, fc.constantFrom(null, 7)), familyName: word, value: word },
    { requiredKeys: [] },
  ),
);
const whole = fc.record(
  {
    userName: word,
    title: part,
    active: part,
    name: part,
    emails: part,
    roles: part,
    id: word,
    nothing: word,
    [ENTERPRISE]: fc.oneof(part, fc.record({ department: part, manager: part }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
);
const op = fc.constantFrom('add' as const, 'replace' as const, 'remove' as const);
const wild: fc.Arbitrary<ReferenceOperation> = fc.oneof(
  fc.record({ op, path, value: fc.oneof(part, fc.constant(undefined)) }),
  fc.record({ op, value: fc.oneof(whole, part) }),
);
/** With values of the right type, so that most are applied. */
const plural = fc.constantFrom('emails', 'roles');
const filter = fc.array(condition, { minLength: 1, maxLength: 2 });
const text = fc.constantFrom('value', 'type', 'display');
const tame: fc.Arbitrary<ReferenceOperation> = fc.oneof(
  fc.record({ op, path: fc.record({ attribute: plural }), value: fc.array(entry, { maxLength: 2 }) }),
  fc.record({ op, path: fc.record({ attribute: plural, filter }), value: entry }),
  fc.record({ op, path: fc.record({ attribute: plural, filter, sub: text }), value: word }),
  fc.record({ op, path: fc.record({ attribute: plural, sub: text }), value: word }),
  fc.record({
    op,
    path: fc.record({ attribute: plural, filter, sub: fc.constant('primary') }),
    value: fc.oneof(fc.boolean(), fc.constant('True')),
  }),
  fc.record({ op, path: fc.record({ attribute: fc.constantFrom('title', 'department') }), value: word }),
  fc.record({
    op: fc.constantFrom('add' as const, 'replace' as const),
    value: fc.record(
      { title: word, name: fc.record({ givenName: word }), emails: fc.array(entry, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
  }),
);
const operation = fc.oneof({ weight: 12, arbitrary: tame }, { weight: 1, arbitrary: wild });

/** The path as a client writes it. */
function textOf({ attribute, sub, filter }: NonNullable<ReferenceOperation['path']>): string {
  const name = attribute === 'department' || attribute === 'manager' ? `${ENTERPRISE}:${attribute}` : attribute;
  const conditions = filter?.map((one) => `${one.sub} ${one.operator} ${JSON.stringify(one.value)}`).join(' and ');
  return name + (conditions === undefined ? '' : `[${conditions}]`) + (sub === undefined ? '' : `.${sub}`);
}

function reference(user: object, operations: readonly ReferenceOperation[]): object | string {
  try {
    return referencePatch(user, operations);
  } catch (error) {
    if (error instanceof Refused) return error.scimType;
    throw error;
  }
}

test('any sequence of operations does what the reference does, and is refused when it refuses', () => {
  const seen = { applied: 0, refused: 0 };
  fc.assert(
    fc.property(userAttributes, fc.array(operation, { minLength: 1, maxLength: 4 }), (before, operations) => {
      const sent = operations.map(({ op, path: target, value }) => ({
        op,
        ...(target && { path: textOf(target) }),
        value,
      }));
      const expected = reference(before, operations);
      const answer = refusalType(() => patchUser(before, ...sent));
      if (typeof expected === 'string') {
        seen.refused += 1;
        expect([sent, answer]).toEqual([sent, expected]);
        return;
      }
      seen.applied += 1;
      expect([sent, answer]).toEqual([sent, 'accepted']);
      const after = patchUser(before, ...sent);
      if (!sameAttributes(after, readResource(USER, expected).attributes)) expect(after).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
  expect(seen.applied).toBeGreaterThan(1_000);
  expect(seen.refused).toBeGreaterThan(500);
});
