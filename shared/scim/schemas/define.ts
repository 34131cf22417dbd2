import type { Attribute, Schema } from '../schema.js';

type Characteristics = Partial<Omit<Attribute, 'name' | 'description'>>;

/** An attribute with the defaults of RFC 7643 section 2.2: an optional string that anybody may set. */
export const attribute = (name: string, description: string, characteristics: Characteristics = {}): Attribute => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...characteristics,
});

export const complex = (
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute => attribute(name, description, { type: 'complex', subAttributes, ...characteristics });

/** A multi-valued attribute with the sub-attributes that RFC 7643 section 2.4 gives to all of them. */
export const plural = (
  name: string,
  description: string,
  value: Characteristics = {},
  types: readonly string[] = [],
): Attribute =>
  complex(
    name,
    description,
    [
      attribute('value', `The value of the ${name} entry.`, value),
      attribute('display', 'A name for people to read.'),
      attribute(
        'type',
        'A label that tells what the entry is for.',
        types.length > 0 ? { canonicalValues: types } : {},
      ),
      attribute('primary', 'Whether this is the preferred entry; true of at most one.', { type: 'boolean' }),
    ],
    { multiValued: true },
  );

/** Those that every resource has beside its schema's (RFC 7643 section 3.1). Clients may set `externalId` alone. */
export const COMMON_ATTRIBUTES: readonly Attribute[] = [
  attribute('schemas', 'The URNs of the schemas whose attributes the resource has.', {
    type: 'reference',
    referenceTypes: ['uri'],
    multiValued: true,
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
  }),
  attribute('id', "The service provider's identifier of the resource; stable and never used again.", {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  attribute('externalId', "The identity provider's identifier of the resource.", { caseExact: true, indexed: true }),
  complex(
    'meta',
    'When and where the resource is.',
    [
      attribute('resourceType', "The resource type's name.", { caseExact: true, mutability: 'readOnly' }),
      attribute('created', 'When it was created.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('lastModified', 'When it last changed.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('location', 'Its URL.', { type: 'reference', referenceTypes: ['uri'], mutability: 'readOnly' }),
      attribute('version', 'Its ETag.', { caseExact: true, mutability: 'readOnly' }),
    ],
    { mutability: 'readOnly' },
  ),
];

export const schema = (id: string, name: string, description: string, attributes: readonly Attribute[]): Schema => ({
  id,
  name,
  description,
  attributes,
});
