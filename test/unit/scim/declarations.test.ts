import { compileTypes } from '../../../shared/scim/declarations/compile.js';
import {
  DeclarationConflict,
  InvalidDeclaration,
  NO_DECLARATIONS,
  type Declarations,
  type ResourceTypeDeclaration,
} from '../../../shared/scim/declarations/declarations.js';
import {
  declareResourceType,
  declareSchema,
  withdrawResourceType,
  withdrawSchema,
} from '../../../shared/scim/declarations/declare.js';
import type { Attribute, Schema } from '../../../shared/scim/schema.js';
import { attribute, complex, schema } from '../../../shared/scim/schemas/define.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, RESOURCE_TYPES, USER } from '../../../shared/scim/schemas/index.js';
import { BADGE_URN, DECLARATIONS, DEVICE_URN, LEASE_URN } from './devices.js';

const serial = attribute('serial', '');
const withAttributes = (...attributes: Attribute[]): Schema => schema('urn:example:Thing', 'Thing', '', attributes);
const withId = (id: string): Schema => schema(id, 'Thing', '', [serial]);
const device: ResourceTypeDeclaration = {
  name: 'Device',
  endpoint: '/Devices',
  description: 'Phones and laptops.',
  schema: DEVICE_URN,
  schemaExtensions: [{ schema: LEASE_URN, required: true }],
};

/** The fields that are refused; `conflict` and its message when the present state is in the way. */
function refusedFields(declare: () => unknown): string[] {
  try {
    declare();
  } catch (error) {
    if (error instanceof InvalidDeclaration) return error.errors.map(({ field }) => field);
    if (error instanceof DeclarationConflict) return [`conflict: ${error.message}`];
    throw error;
  }
  return [];
}

const inSchema = (declared: Schema, declarations: Declarations = NO_DECLARATIONS, counts = {}): string[] =>
  refusedFields(() => declareSchema(declarations, declared, counts));
const inType = (type: ResourceTypeDeclaration, declarations: Declarations = DECLARATIONS, counts = {}): string[] =>
  refusedFields(() => declareResourceType(declarations, type, counts));

describe("a schema's URN", () => {
  test.each(['urn:example:Thing', 'urn:ietf:params:scim:schemas:extension:acme:2.0:User', 'URN:Okta:x_y-z'])(
    '%s is good',
    (id) => expect(inSchema(withId(id))).toEqual([]),
  );

  test.each([
    '',
    'Thing',
    'urn:example',
    'urn:example:',
    'urn:x:Thing',
    'urn:example:Thing[1]',
    'urn:example:a b',
    'urn:example:a::b',
    'http://example.com/Thing',
    USER.schema.id,
    USER.schema.id.toUpperCase(),
    ENTERPRISE_USER_URN,
    'urn:ietf:params:scim:schemas:core:2.0:Robot',
    'urn:ietf:params:scim:api:messages:2.0:Robot',
    `${ENTERPRISE_USER_URN}:more`,
  ])('%s is refused', (id) => expect(inSchema(withId(id))).toEqual(['id']));

  test('that begins as another one would make paths ambiguous', () => {
    const declarations = declareSchema(NO_DECLARATIONS, withId('urn:example:a'), {});
    expect(inSchema(withId('URN:example:A:b'), declarations)).toEqual(['id']);
    expect(inSchema(withId('urn:example:ab'), declarations)).toEqual([]);
  });

  test('is spelled in one way', () => {
    expect(inSchema(withId(DEVICE_URN.toUpperCase()), DECLARATIONS)).toEqual([
      `conflict: It is declared as ${DEVICE_URN}, and names have no case. Spell it so, or delete it first.`,
    ]);
  });
});

describe("an attribute's name", () => {
  test.each(['a', 'a1-_$', 'x'.repeat(100)])('%s is good', (name) =>
    expect(inSchema(withAttributes(attribute(name, '')))).toEqual([]),
  );

  test.each([
    '',
    '1a',
    'a b',
    'a.b',
    'a:b',
    'ä',
    '__proto__',
    'constructor',
    'toString',
    'x'.repeat(101),
    '$ref',
    'URN',
    'id',
    'ExternalId',
    'schemas',
    'meta',
  ])('%s is refused', (name) => expect(inSchema(withAttributes(attribute(name, '')))).toEqual(['attributes.0.name']));

  test('comes once, whatever its case, of attributes and of sub-attributes', () => {
    expect(inSchema(withAttributes(serial, attribute('Serial', '')))).toEqual(['attributes.1.name']);
    expect(inSchema(withAttributes(complex('site', '', [serial, attribute('SERIAL', '')])))).toEqual([
      'attributes.0.subAttributes.1.name',
    ]);
  });

  test('$ref belongs to a sub-attribute of type reference', () => {
    const site = (type: 'string' | 'reference') => complex('site', '', [attribute('$ref', '', { type })]);
    expect(inSchema(withAttributes(site('reference')))).toEqual([]);
    expect(inSchema(withAttributes(site('string')))).toEqual(['attributes.0.subAttributes.0.type']);
  });
});

describe('characteristics that contradict one another are refused', () => {
  test.each<[string, Partial<Attribute>, string[]]>([
    ['readOnly and required', { mutability: 'readOnly', required: true }, ['required']],
    ['writeOnly and returned', { mutability: 'writeOnly' }, ['returned']],
    ['never returned and required', { returned: 'never', required: true }, ['required']],
    ['never returned and immutable', { returned: 'never', mutability: 'immutable' }, ['mutability']],
    ['never returned and unique', { returned: 'never', uniqueness: 'server' }, ['uniqueness']],
    ['unique integers', { type: 'integer', uniqueness: 'global' }, ['uniqueness']],
    ['unique dates', { type: 'dateTime', uniqueness: 'server' }, ['uniqueness']],
    ['reference types of a string', { referenceTypes: ['User'] }, ['referenceTypes']],
    ['sub-attributes of a string', { subAttributes: [serial] }, ['subAttributes']],
    ['a complex attribute without any', { type: 'complex', subAttributes: [] }, ['subAttributes']],
    ['a unique complex', { type: 'complex', subAttributes: [serial], uniqueness: 'server' }, ['uniqueness']],
    ['unique strings', { uniqueness: 'server' }, []],
    ['unique references', { type: 'reference', uniqueness: 'global' }, []],
    ['writeOnly and never', { mutability: 'writeOnly', returned: 'never' }, []],
  ])('%s', (_, characteristics, fields) => {
    const expected = fields.map((field) => `attributes.0.${field}`);
    expect(inSchema(withAttributes(attribute('x', '', characteristics)))).toEqual(expected);
  });

  test('complex sub-attributes, which nest too deep', () => {
    expect(inSchema(withAttributes(complex('x', '', [complex('y', '', [serial])])))).toEqual([
      'attributes.0.subAttributes.0.type',
    ]);
  });

  test('required inside what nobody can set', () => {
    const sub = attribute('y', '', { required: true });
    expect(inSchema(withAttributes(complex('x', '', [sub], { mutability: 'readOnly' })))).toEqual([
      'attributes.0.subAttributes.0.required',
    ]);
  });
});

describe('there are at most', () => {
  const many = (count: number): Attribute[] => Array.from({ length: count }, (_, index) => attribute(`a${index}`, ''));

  test('200 attributes and 50 sub-attributes, and at least one', () => {
    expect(inSchema(withAttributes(...many(200)))).toEqual([]);
    expect(inSchema(withAttributes(...many(201)))).toEqual(['attributes']);
    expect(inSchema(withAttributes())).toEqual(['attributes']);
    expect(inSchema(withAttributes(complex('x', '', many(50))))).toEqual([]);
    expect(inSchema(withAttributes(complex('x', '', many(51))))).toEqual(['attributes.0.subAttributes']);
  });

  test('50 schemas, 20 resource types and 256 KiB in a directory', () => {
    let declarations = DECLARATIONS;
    for (let count = 3; count < 50; count += 1)
      declarations = declareSchema(declarations, withId(`urn:example:n${count}`), {});
    expect(inSchema(withId('urn:example:more'), declarations)).toEqual([
      expect.stringMatching(/^conflict: .* 50 declared/),
    ]);
    expect(inSchema(withId('urn:example:n3'), declarations)).toEqual([]);
    const numbered = (count: number) => ({ ...device, name: `D${count}`, endpoint: `/D${count}` });
    for (let count = 2; count < 20; count += 1) declarations = declareResourceType(declarations, numbered(count), {});
    expect(inType(numbered(20), declarations)).toEqual([expect.stringMatching(/^conflict: .* 20 declared/)]);
    const long = attribute('x', 'y'.repeat(262_144));
    expect(inSchema(withAttributes(long))).toEqual([expect.stringMatching(/^conflict: .* 262144 bytes/)]);
  });
});

describe('a resource type', () => {
  test.each<[string, Partial<ResourceTypeDeclaration>, string[]]>([
    ['is good', {}, []],
    ['has a name of letters', { name: 'Dev ice', endpoint: '/X' }, ['name']],
    ['has an endpoint with a slash', { name: 'X', endpoint: 'Xs' }, ['endpoint']],
    ['has an endpoint of one segment', { name: 'X', endpoint: '/X/Y' }, ['endpoint']],
    ['has no endpoint with a dot', { name: 'X', endpoint: '/.search' }, ['endpoint']],
    ['has not the endpoint of another', { name: 'X', endpoint: '/devices' }, ['endpoint']],
    ...['/Users', '/groups', '/Schemas', '/ResourceTypes', '/SERVICEPROVIDERCONFIG', '/Bulk', '/Me'].map(
      (endpoint): [string, Partial<ResourceTypeDeclaration>, string[]] => [
        `has not the endpoint ${endpoint}`,
        { name: 'X', endpoint },
        ['endpoint'],
      ],
    ),
    ['has a declared schema', { schema: 'urn:example:none' }, ['schema']],
    ['has no built-in schema', { schema: USER.schema.id }, ['schema']],
    [
      'has declared extensions',
      { schemaExtensions: [{ schema: 'urn:example:none', required: false }] },
      ['schemaExtensions.0.schema'],
    ],
    [
      'has each extension once',
      { schemaExtensions: [0, 1].map(() => ({ schema: LEASE_URN, required: true })) },
      ['schemaExtensions.1.schema'],
    ],
    [
      'does not extend itself',
      { schemaExtensions: [{ schema: DEVICE_URN, required: false }] },
      ['schemaExtensions.0.schema'],
    ],
    [
      'is no enterprise user',
      { schemaExtensions: [{ schema: ENTERPRISE_USER_URN, required: false }] },
      ['schemaExtensions.0.schema'],
    ],
  ])('%s', (_, change, fields) => expect(inType({ ...device, ...change })).toEqual(fields));

  test('is spelled in one way', () => {
    expect(inType({ ...device, name: 'DEVICE' })).toEqual([
      expect.stringMatching(/^conflict: It is declared as Device/),
    ]);
  });

  test('that is built in takes extensions and nothing else', () => {
    const user = { name: 'User', endpoint: '/Users', description: USER.description, schema: USER.schema.id };
    const own = { schema: ENTERPRISE_USER_URN, required: false };
    expect(inType({ ...user, schemaExtensions: [own, { schema: BADGE_URN, required: true }] })).toEqual([]);
    expect(inType({ ...user, schemaExtensions: [{ ...own, required: true }] })).toEqual([
      'schemaExtensions.0.required',
    ]);
    expect(
      inType({ ...user, name: 'user', endpoint: '/People', description: '', schema: DEVICE_URN, schemaExtensions: [] }),
    ).toEqual(['name', 'endpoint', 'description', 'schema']);
    const declared = declareResourceType(DECLARATIONS, { ...user, schemaExtensions: [] }, {});
    const [compiled] = compileTypes(declared);
    expect(compiled?.extensions.map(({ schema: { id } }) => id)).toEqual([ENTERPRISE_USER_URN]);
  });
});

describe('while there are resources', () => {
  const inUse = { Device: 1 };
  const [declared = withAttributes()] = DECLARATIONS.schemas;
  const change = (name: string, characteristics: Partial<Attribute>): Schema => ({
    ...declared,
    attributes: declared.attributes.map((one) => (one.name === name ? { ...one, ...characteristics } : one)),
  });
  const more = (...attributes: Attribute[]): Schema => ({
    ...declared,
    attributes: [...declared.attributes, ...attributes],
  });

  test.each<[string, Schema]>([
    ['an attribute is added', more(attribute('extra', '', { uniqueness: 'server' }))],
    ['descriptions and canonical values change', change('model', { description: 'Other', canonicalValues: ['x'] })],
    ['what was required no longer is', change('serial', { required: false })],
    ['what was immutable can be changed', change('serial', { mutability: 'readWrite' })],
    [
      'a sub-attribute is added',
      change('site', {
        subAttributes: [...(declared.attributes.find(({ name }) => name === 'site')?.subAttributes ?? []), serial],
      }),
    ],
  ])('%s', (_, after) => expect(inSchema(after, DECLARATIONS, inUse)).toEqual([]));

  test.each<[string, Schema, RegExp]>([
    ['removed', { ...declared, attributes: declared.attributes.slice(1) }, /serial would be removed/],
    ['spelled otherwise', change('serial', { name: 'Serial' }), /serial would be removed/],
    ['required from the start', more(attribute('extra', '', { required: true })), /extra would be new and required/],
    ['required from now on', change('model', { required: true }), /model would become required/],
    ['of another type', change('ports', { type: 'decimal' }), /ports would change its type/],
    ['multi-valued', change('model', { multiValued: true }), /model would change its multiValued/],
    ['case exact', change('model', { caseExact: true }), /model would change its caseExact/],
    ['unique', change('model', { uniqueness: 'server' }), /model would change its uniqueness/],
    ['readOnly', change('model', { mutability: 'readOnly' }), /model would become readOnly/],
    ['never returned', change('model', { returned: 'never' }), /model would be kept no more/],
    ['without a sub-attribute', change('site', { subAttributes: [serial] }), /site\.code would be removed/],
  ])('an attribute cannot become %s', (_, after, message) => {
    expect(inSchema(after, DECLARATIONS, inUse)).toEqual([expect.stringMatching(message)]);
    expect(inSchema(after, DECLARATIONS, { User: 5 })).toEqual([]);
  });

  test.each<[string, Partial<ResourceTypeDeclaration>, RegExp]>([
    ['lose an extension', { schemaExtensions: [] }, /Lease\S* would be removed/],
    ['move', { endpoint: '/Things' }, /its endpoint would change/],
    ['have another schema', { schema: BADGE_URN }, /its schema would change/],
    [
      'require one more',
      { schemaExtensions: [...device.schemaExtensions, { schema: BADGE_URN, required: true }] },
      /Badge\S* would become required/,
    ],
  ])('a resource type cannot %s', (_, after, message) => {
    expect(inType({ ...device, ...after }, DECLARATIONS, inUse)).toEqual([expect.stringMatching(message)]);
    expect(inType({ ...device, ...after })).toEqual([]);
  });

  test('it can have one more extension, or need one no longer', () => {
    const extensions = [LEASE_URN, BADGE_URN].map((urn) => ({ schema: urn, required: false }));
    expect(inType({ ...device, description: 'Other', schemaExtensions: extensions }, DECLARATIONS, inUse)).toEqual([]);
  });

  test('it cannot be withdrawn, and neither can a schema that a type uses', () => {
    const withdraw = (counts: Record<string, number>) => withdrawResourceType(DECLARATIONS, 'device', counts);
    expect(refusedFields(() => withdraw(inUse))).toEqual([
      expect.stringMatching(/^conflict: Device: it would be removed/),
    ]);
    expect(refusedFields(() => withdrawSchema(DECLARATIONS, LEASE_URN))).toEqual([
      expect.stringMatching(/^conflict: .*Lease\S* is used by Device/),
    ]);
    const left = withdraw({}) ?? NO_DECLARATIONS;
    expect(left.resourceTypes.map(({ name }) => name)).toEqual(['User']);
    expect(withdrawSchema(left, LEASE_URN.toUpperCase())?.schemas.map(({ id }) => id)).toEqual([DEVICE_URN, BADGE_URN]);
    expect(withdrawSchema(left, 'urn:example:none')).toBeUndefined();
    expect(withdrawResourceType(left, 'None', {})).toBeUndefined();
    expect(refusedFields(() => withdrawResourceType(left, 'user', {}))).toEqual([
      expect.stringMatching(/User is built in/),
    ]);
  });
});

test('without declarations every directory shares the built-in types', () => {
  expect(compileTypes(NO_DECLARATIONS)).toBe(RESOURCE_TYPES);
  expect(compileTypes(DECLARATIONS)[1]).toBe(GROUP);
});
