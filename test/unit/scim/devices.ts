import { compileTypes } from '../../../shared/scim/declarations/compile.js';
import type { Declarations } from '../../../shared/scim/declarations/declarations.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import { attribute, complex, schema } from '../../../shared/scim/schemas/define.js';
import { USER } from '../../../shared/scim/schemas/index.js';

/** A directory with a resource type of its own and extensions of both kinds, for what built-in schemas do not have. */

export const DEVICE_URN = 'urn:example:params:scim:schemas:Device';
export const LEASE_URN = 'urn:example:params:scim:schemas:extension:Lease:2.0:Device';
export const BADGE_URN = 'urn:example:params:scim:schemas:extension:Badge:2.0:User';

const device = schema(DEVICE_URN, 'Device', 'A device.', [
  attribute('serial', 'Its number.', { required: true, uniqueness: 'server', mutability: 'immutable' }),
  attribute('model', 'Its model.', { returned: 'always', canonicalValues: ['phone', 'laptop'] }),
  attribute('notes', 'For those who ask.', { returned: 'request' }),
  attribute('pin', 'Goes in and never comes out.', { mutability: 'writeOnly', returned: 'never' }),
  attribute('state', 'Ours.', { mutability: 'readOnly' }),
  attribute('tags', 'Words.', { multiValued: true }),
  attribute('weight', 'In kilograms.', { type: 'decimal' }),
  attribute('ports', 'How many.', { type: 'integer' }),
  attribute('bought', 'When.', { type: 'dateTime' }),
  attribute('rugged', 'Whether it may fall.', { type: 'boolean' }),
  attribute('key', 'Its public key.', { type: 'binary', caseExact: true }),
  attribute('owner', 'Whose it is.', { type: 'reference', referenceTypes: ['User'], caseExact: true }),
  complex('site', 'Where it stands.', [
    attribute('code', 'Of the building.', { required: true, mutability: 'immutable' }),
    attribute('rooms', 'There.', { multiValued: true }),
    attribute('alarm', 'For those who ask.', { returned: 'request' }),
  ]),
  complex(
    'parts',
    'What is in it.',
    [
      attribute('value', 'Its number.', { uniqueness: 'global', caseExact: true, mutability: 'immutable' }),
      attribute('type', 'What it is.'),
      attribute('rooms', 'Where it was.', { multiValued: true }),
    ],
    { multiValued: true },
  ),
]);

const lease = schema(LEASE_URN, 'Lease', 'Who lends it.', [
  attribute('lender', 'Its name.', { required: true }),
  attribute('contract', 'Its number.', { returned: 'always' }),
  attribute('price', 'A month.', { type: 'decimal', returned: 'request' }),
]);

const badge = schema(BADGE_URN, 'Badge', 'A badge.', [
  attribute('number', 'What is printed on it.', { uniqueness: 'server' }),
  attribute('colour', 'Its colour.', { mutability: 'immutable' }),
]);

export const DECLARATIONS: Declarations = {
  schemas: [device, lease, badge],
  resourceTypes: [
    {
      name: 'User',
      endpoint: USER.endpoint,
      description: USER.description,
      schema: USER.schema.id,
      schemaExtensions: [{ schema: BADGE_URN, required: false }],
    },
    {
      name: 'Device',
      endpoint: '/Devices',
      description: 'Phones and laptops.',
      schema: DEVICE_URN,
      schemaExtensions: [{ schema: LEASE_URN, required: true }],
    },
  ],
};

const types = compileTypes(DECLARATIONS);

export const typeNamed = (name: string): ResourceType => {
  const type = types.find((one) => one.name === name);
  if (type === undefined) throw new Error(`There is no resource type ${name}.`);
  return type;
};

export const DEVICE = typeNamed('Device');

/** A body that is complete. */
export const phone = (more: object = {}): Record<string, unknown> => ({
  schemas: [DEVICE_URN, LEASE_URN],
  serial: 'S-1',
  [LEASE_URN]: { lender: 'Bank' },
  ...more,
});
