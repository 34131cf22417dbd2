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

const path = fc.constantFrom(
  ...['userName', 'title', 'name', 'name.givenName', 'emails', 'emails.value', 'emails.primary', 'roles', 'active'],
  ...[
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    'emails[value eq "a"].display',
    'emails[not (type pr)]',
  ],
  ...[
    'emails[type eq "home"].primary',
    'emails[primary eq true].type',
    'roles[value eq "a" and type eq "work"].display',
  ],
  ...[ENTERPRISE_USER_URN, `${ENTERPRISE_USER_URN}:department`, `${ENTERPRISE_USER_URN}:manager`, 'addresses', 'id'],
  ...['__proto__', 'constructor.prototype', 'nothing', undefined],
);
const patchEntry = fc.record({ value: word, type: word, primary: fc.boolean() }, { requiredKeys: [] });
const value = fc.oneof(
  word,
  fc.boolean(),
  fc.constantFrom(null, undefined, 'True'),
  patchEntry,
  fc.array(patchEntry, { maxLength: 3 }),
  fc.record(
    {
      title: word,
      name: fc.record({ givenName: word }),
      emails: fc.array(patchEntry, { maxLength: 2 }),
      department: word,
    },
    { requiredKeys: [] },
  ),
);
/** A step of a PATCH on a user: most are applied, some refused. */
export const operation = fc.record({ op: fc.constantFrom('add', 'Replace', 'remove'), path, value });
export const operations = fc.array(operation, { minLength: 1, maxLength: 4 });
