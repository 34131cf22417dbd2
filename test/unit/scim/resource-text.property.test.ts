import fc from 'fast-check';
import { resourceText } from '../../../shared/scim/resource-text.js';
import { renderResource, type RelatedFacts } from '../../../shared/scim/messages.js';
import { project } from '../../../shared/scim/projection.js';
import type { Attribute, ResourceType } from '../../../shared/scim/schema.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { user } from './filter-arbitraries.js';

const BASE_URL = 'https://scim.example/scim/d-1/v2';

const looked = (type: ResourceType, facts: RelatedFacts): string =>
  JSON.stringify(project(type, renderResource(type, facts, BASE_URL), { kind: 'default' }));

const text = (type: ResourceType, { attributes, ...facts }: RelatedFacts): string | undefined =>
  resourceText(type, { ...facts, json: JSON.stringify(attributes) }, BASE_URL);

/** Values that look like what is looked for. */
const treacherous = fc.constantFrom(
  ...['"active":', '"password":', `"${ENTERPRISE_USER_URN}":`, '\\"active":', '"', '\\', '\ud800', 'é', '{}'],
);

test('the JSON of a resource is the same whether its attributes are parsed or not', () => {
  fc.assert(
    fc.property(user, treacherous, fc.boolean(), (facts, title, isActive) => {
      const one = { ...facts, attributes: { ...facts.attributes, active: isActive, title } };
      expect(text(USER, one)).toBe(looked(USER, one));
    }),
  );
});

test('what is assumed, hidden, or could be either is left to be looked at', () => {
  fc.assert(
    fc.property(user, treacherous, ({ attributes, ...facts }, title) => {
      const { active: _active, ...others } = attributes;
      expect(text(USER, { ...facts, attributes: { ...others, title } })).toBeUndefined();
    }),
  );
  const ann = { id: 'u', version: 1, createdAt: 0, updatedAt: 1, attributes: { userName: 'ann', active: true } };
  expect(text(USER, ann)).toBe(looked(USER, ann));
  expect(text(USER, { ...ann, attributes: { ...ann.attributes, password: 'secret' } })).toBeUndefined();
  expect(text(GROUP, { ...ann, attributes: {} })).toBeUndefined();
  // An attribute of an extension with the name of one that is assumed: its key says nothing of the other.
  const active: Attribute | undefined = USER.schema.attributes.find(({ name }) => name === 'active');
  const schema = { ...USER.schema, id: 'urn:example:more', attributes: active === undefined ? [] : [active] };
  const more: ResourceType = { ...USER, extensions: [{ schema, required: false }] };
  expect(text(more, { ...ann, attributes: { userName: 'ann', [schema.id]: { active: true } } })).toBeUndefined();
});

test('a group is written with its members, or without where it has none', () => {
  const members = [{ id: 'u-1', type: 'User' }];
  const crew = { id: 'g', version: 2, createdAt: 0, updatedAt: 0, attributes: { displayName: 'Crew' }, members };
  expect(text(GROUP, crew)).toBe(looked(GROUP, crew));
  expect(text(GROUP, { ...crew, members: [] })).toBe(looked(GROUP, { ...crew, members: [] }));
});
