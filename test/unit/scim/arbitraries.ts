import fc from 'fast-check';
import type { Attributes } from '../../../shared/scim/attributes.js';
import { readResource } from '../../../shared/scim/input.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { USER } from '../../../shared/scim/schemas/index.js';

/** Few words, so that values meet; in both cases, and some that look like another type. */
export const word = fc.constantFrom('a', 'A', 'b', 'work', 'WORK', 'home', '7', 'true', 'null', 'İ', '');

const entry = fc.record(
  { value: word, type: fc.constantFrom('work', 'home', 'Work'), display: word },
  { requiredKeys: [] },
);

/** At most one of them primary. */
const entries = fc
  .tuple(fc.array(entry, { maxLength: 4 }), fc.option(fc.nat({ max: 3 })))
  .map(([list, primary]) => list.map((item, index) => (index === primary ? { ...item, primary: true } : item)));

/** The attributes of a user, canonical. */
export const userAttributes: fc.Arbitrary<Attributes> = fc
  .record(
    {
      userName: fc.constantFrom('a', 'A', 'b', 'work', '7'),
      externalId: word,
      title: word,
      displayName: word,
      active: fc.boolean(),
      name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
      emails: entries,
      roles: entries,
      addresses: fc.array(fc.record({ locality: word, type: word }, { requiredKeys: [] }), { maxLength: 3 }),
      [ENTERPRISE_USER_URN]: fc.record({ department: word, manager: fc.record({ value: word }) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['userName'] },
  )
  .map((body) => readResource(USER, body).attributes);
