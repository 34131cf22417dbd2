import { attribute, complex, schema } from './define.js';

/** RFC 7643 sections 4.2 and 8.7.1. */
export const GROUP_SCHEMA = schema(
  'urn:ietf:params:scim:schemas:core:2.0:Group',
  'Group',
  'A set of users and groups.',
  [
    attribute('displayName', 'The name to show for the group.', { required: true, indexed: true }),
    complex(
      'members',
      'The users and groups in the group.',
      [
        attribute('value', "The member's id.", { caseExact: true, required: true, mutability: 'immutable' }),
        attribute('$ref', "The member's URL.", {
          type: 'reference',
          referenceTypes: ['User', 'Group'],
          mutability: 'immutable',
        }),
        attribute('type', "The member's resource type.", {
          canonicalValues: ['User', 'Group'],
          mutability: 'immutable',
        }),
      ],
      { multiValued: true, relation: 'members' },
    ),
  ],
);
