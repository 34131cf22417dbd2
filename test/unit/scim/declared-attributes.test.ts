import type { Attributes } from '../../../shared/scim/attributes.js';
import { candidates } from '../../../shared/scim/filter/candidates.js';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { keepImmutable, requireImmutable } from '../../../shared/scim/immutable.js';
import { readResource } from '../../../shared/scim/input.js';
import { indexKeys, uniqueKeys } from '../../../shared/scim/keys.js';
import { renderResource } from '../../../shared/scim/messages.js';
import { applyPatch } from '../../../shared/scim/patch/apply.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { project, readProjection } from '../../../shared/scim/projection.js';
import { compareKeys, sortKeyOf } from '../../../shared/scim/sort.js';
import { BADGE_URN, DEVICE, DEVICE_URN, LEASE_URN, phone, typeNamed } from './devices.js';
import { refusal } from './refusals.js';

const BASE_URL = 'https://scim.example';

/** What characteristics of declared attributes come to; those of built-in ones are tested with their operations. */

const read = (more: object = {}): Attributes => readResource(DEVICE, phone(more)).attributes;
const patch = (before: Attributes, ...Operations: object[]): Attributes => {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const after = applyPatch(DEVICE, before, readPatch(DEVICE, { schemas, Operations })).attributes;
  requireImmutable(DEVICE, before, after);
  return after;
};
const facts = (attributes: Attributes) => ({ id: 'd', version: 1, createdAt: 0, updatedAt: 0, attributes });

describe('a value of each type', () => {
  test.each<[string, unknown]>([
    ['weight', 1.5],
    ['ports', 4],
    ['bought', '2026-01-31T09:30:00Z'],
    ['rugged', true],
    ['key', 'TUlJQw=='],
    ['owner', '../Users/7'],
    ['tags', ['a', 'b']],
    ['model', 'not among the canonical values'],
    ['site', { code: 'A', rooms: ['1', '2'] }],
  ])('of %s is kept as it is', (name, value) => {
    expect(read({ [name]: value })).toMatchObject({ [name]: value });
    expect(patch(read(), { op: 'add', path: name, value })).toEqual(read({ [name]: value }));
    expect(patch(read(), { op: 'replace', path: `${DEVICE_URN}:${name}`, value })).toEqual(read({ [name]: value }));
  });

  test.each<[string, unknown]>([
    ['weight', '1.5'],
    ['ports', 1.5],
    ['ports', 2 ** 53],
    ['bought', '31.1.2026'],
    ['rugged', 'perhaps'],
    ['key', 'not in base64!'],
    ['key', `${' '.repeat(100_000)}!`],
    ['owner', 7],
    ['tags', 'a'],
    ['site', { code: 7 }],
  ])('of %s that does not fit is refused: %j', (name, value) => {
    expect(refusal(() => read({ [name]: value }))).toMatch(new RegExp(`^invalidValue: ${name}`));
    expect(refusal(() => patch(read(), { op: 'replace', path: name, value }))).toMatch(/^invalidValue: /);
  });
});

describe('required', () => {
  test('attributes, sub-attributes and extensions have to be there in the end', () => {
    expect(refusal(() => read({ serial: ' ' }))).toMatch(/^invalidValue: serial: it is blank/);
    expect(refusal(() => read({ site: { rooms: ['1'] } }))).toMatch(/^invalidValue: site\.code: it is missing/);
    expect(refusal(() => read({ [LEASE_URN]: null }))).toMatch(/^invalidValue: .*Lease\S*: it is missing/);
    expect(refusal(() => read({ [LEASE_URN]: { contract: '1' } }))).toMatch(/Lease\S*:lender: it is missing/);
    const added = { op: 'add', path: 'site.rooms', value: ['1'] };
    expect(refusal(() => patch(read(), added))).toMatch(/^invalidValue: site\.code: it is missing/);
    expect(patch(read(), added, { op: 'add', path: 'site.code', value: 'A' })).toMatchObject({ site: { code: 'A' } });
  });

  test.each(['serial', 'site.code', LEASE_URN, `${LEASE_URN}:lender`])('%s cannot be removed', (path) => {
    expect(refusal(() => patch(read({ site: { code: 'A' } }), { op: 'remove', path }))).toMatch(/^mutability: /);
  });

  test('an extension that is not required may be left out, and what it requires with it', () => {
    const { attributes } = readResource(typeNamed('User'), { userName: 'ann' });
    expect(attributes).toEqual({ userName: 'ann' });
  });
});

describe('immutable', () => {
  const before = read({ site: { code: 'A' }, parts: [{ value: 'p1', type: 'disk' }] });

  test('what a replace leaves out stays, and what it repeats is fine', () => {
    const kept = keepImmutable(DEVICE, before, { tags: ['x'] });
    expect(kept).toEqual({ tags: ['x'], serial: 'S-1', site: { code: 'A' } });
    expect(keepImmutable(DEVICE, before, before)).toBe(before);
    const badge = { [BADGE_URN]: { colour: 'red' } };
    expect(keepImmutable(typeNamed('User'), badge, { [BADGE_URN]: { number: '7' } })).toEqual({
      [BADGE_URN]: { number: '7', colour: 'red' },
    });
  });

  test.each<[string, object]>([
    ['another value', { op: 'replace', path: 'serial', value: 'S-2' }],
    ['another value in a complex one', { op: 'replace', path: 'site', value: { code: 'B' } }],
    ['no value', { op: 'remove', path: 'site' }],
    ['another value in one of several', { op: 'replace', path: 'parts[type eq "disk"].value', value: 'p2' }],
    ['no value in one of several', { op: 'remove', path: 'parts[type eq "disk"].value' }],
    ['another one in its place', { op: 'replace', path: 'parts[type eq "disk"]', value: { value: 'p2' } }],
  ])('%s is refused', (_, operation) => {
    expect(refusal(() => patch(before, operation))).toMatch(/^mutability: /);
  });

  test('a first value is set, and entries come and go', () => {
    const site = { op: 'add', path: 'site.code', value: 'A' };
    expect(patch(read(), site)).toMatchObject({ site: { code: 'A' } });
    expect(patch(before, site)).toEqual(before);
    const part = { value: 'p2', type: 'fan' };
    expect(patch(before, { op: 'add', path: 'parts', value: [part] })['parts']).toHaveLength(2);
    expect(patch(before, { op: 'replace', path: 'parts', value: [part] })['parts']).toEqual([part]);
    expect(patch(before, { op: 'replace', path: 'parts[type eq "disk"].type', value: 'fan' })['parts']).toEqual([
      { value: 'p1', type: 'fan' },
    ]);
    expect(patch(before, { op: 'remove', path: 'parts[value eq "p1"]' })).not.toHaveProperty('parts');
  });
});

test('readOnly is ignored in a body and refused in a path', () => {
  expect(read({ state: 'new' })).not.toHaveProperty('state');
  expect(refusal(() => patch(read(), { op: 'add', path: 'state', value: 'x' }))).toMatch(/^mutability: /);
});

test('writeOnly is checked and dropped', () => {
  expect(read({ pin: '1234' })).not.toHaveProperty('pin');
  expect(patch(read(), { op: 'add', path: 'pin', value: '1234' })).toEqual(read());
  expect(refusal(() => read({ pin: 7 }))).toMatch(/^invalidValue: pin/);
});

test('several values inside a complex one are appended to by an add, and replaced by a replace', () => {
  const before = read({ site: { code: 'A', rooms: ['1'] }, parts: [{ value: 'p1', rooms: ['1'] }] });
  const after = (op: string, path: string) => patch(before, { op, path, value: ['1', '2'] });
  expect(after('add', 'site.rooms')).toMatchObject({ site: { rooms: ['1', '2'] } });
  expect(patch(before, { op: 'replace', path: 'site.rooms', value: ['3'] })).toMatchObject({ site: { rooms: ['3'] } });
  expect(after('add', 'parts[value eq "p1"].rooms')).toMatchObject({ parts: [{ rooms: ['1', '2'] }] });
});

describe('returned', () => {
  const site = { code: 'A', alarm: 'loud' };
  const lease = { lender: 'Bank', contract: 'C-1', price: 9.5 };
  const rendered = renderResource(
    DEVICE,
    facts({ ...read({ model: 'phone', notes: 'n', site, [LEASE_URN]: lease }), pin: 'kept before it was writeOnly' }),
    'https://scim.example',
  );
  const shown = (query: Record<string, string>) => {
    const {
      schemas: _schemas,
      id: _id,
      meta: _meta,
      ...rest
    } = project(DEVICE, rendered, readProjection(DEVICE, query));
    return rest;
  };
  const always = { model: 'phone', [LEASE_URN]: { contract: 'C-1' } };
  const byDefault = {
    serial: 'S-1',
    model: 'phone',
    site: { code: 'A' },
    [LEASE_URN]: { lender: 'Bank', contract: 'C-1' },
  };

  test('by default, what is to be asked for and what is never returned is hidden', () => {
    expect(shown({})).toEqual(byDefault);
    expect(Object.keys(rendered)).toContain('notes');
  });

  test.each<[string, object]>([
    ['serial', { ...always, serial: 'S-1' }],
    ['notes', { ...always, notes: 'n' }],
    ['pin', always],
    ['site', { ...always, site: { code: 'A' } }],
    ['site.alarm', { ...always, site: { alarm: 'loud' } }],
    [`${DEVICE_URN}:notes`, { ...always, notes: 'n' }],
    [LEASE_URN, { model: 'phone', [LEASE_URN]: { lender: 'Bank', contract: 'C-1' } }],
    [`${LEASE_URN}:price`, { model: 'phone', [LEASE_URN]: { contract: 'C-1', price: 9.5 } }],
  ])('attributes=%s', (attributes, expected) => expect(shown({ attributes })).toEqual(expected));

  test('excludedAttributes takes away what is not always returned, and brings nothing', () => {
    expect(shown({ excludedAttributes: `serial,model,site.code,${LEASE_URN}` })).toEqual(always);
    expect(shown({ excludedAttributes: `notes,${LEASE_URN}:lender` })).toEqual({
      ...byDefault,
      [LEASE_URN]: { contract: 'C-1' },
    });
  });
});

describe('unique', () => {
  const device = read({ serial: 'S-1', parts: [{ value: 'P1' }, { value: 'p1' }] });

  test('values have keys, as they are compared', () => {
    expect(indexKeys(DEVICE, device)).toEqual(['serial:s-1', 'parts.value:P1', 'parts.value:p1']);
    expect(uniqueKeys(DEVICE, device).map(({ key }) => key)).toEqual(indexKeys(DEVICE, device));
    const user = { userName: 'Ann', [BADGE_URN]: { number: 'B-7' } };
    expect(uniqueKeys(typeNamed('User'), user).map(({ attribute, key }) => [attribute, key])).toEqual([
      ['userName', 'userName:ann'],
      [`${BADGE_URN}:number`, `${BADGE_URN}:number:b-7`],
    ]);
  });

  test.each([
    ['serial eq "S-9"', ['serial:s-9']],
    [`${DEVICE_URN}:serial eq "S-9" and tags eq "x"`, ['serial:s-9']],
    ['parts eq "P1"', ['parts.value:P1']],
    ['parts[value eq "P1"]', ['parts.value:P1']],
    ['tags eq "x"', undefined],
  ])('%s is answered from an index', (filter, keys) => {
    expect(candidates(DEVICE, parseFilter(filter))?.keys).toEqual(keys);
  });
});

test.each([
  ['weight gt 1', true],
  ['weight le 1', false],
  ['ports eq 4', true],
  ['bought lt "2027-01-01T00:00:00+02:00"', true],
  ['rugged eq true', true],
  ['key eq "QUJD"', true],
  ['key eq "qujd"', false],
  ['owner ew "/7"', true],
  ['owner ew "USERS/7"', false],
  ['tags eq "B"', true],
  ['tags[value sw "a"]', true],
  ['site.rooms eq "2"', true],
  ['site[code eq "a" and rooms eq "1"]', true],
  [`${LEASE_URN}:lender eq "bank"`, true],
  ['lender pr', true],
  ['pin pr', false],
  ['nothing pr', false],
])('the filter %s holds: %p', (filter, holds) => {
  const more = {
    weight: 1.5,
    ports: 4,
    bought: '2026-12-31T00:00:00Z',
    rugged: true,
    key: 'QUJD',
    owner: '../Users/7',
    pin: '1',
  };
  const attributes = read({ ...more, tags: ['a', 'b'], site: { code: 'A', rooms: ['1', '2'] } });
  expect(compileFilter(DEVICE, parseFilter(filter), BASE_URL)(facts(attributes))).toBe(holds);
});

test.each(['key gt "QUJD"', 'rugged lt true', 'ports co 4', 'weight eq "heavy"', 'bought gt "soon"', 'site eq "A"'])(
  'the filter %s does not fit the type',
  (filter) => expect(refusal(() => compileFilter(DEVICE, parseFilter(filter), BASE_URL))).toMatch(/^invalidFilter: /),
);

test.each<[string, object, object]>([
  ['weight', { weight: 2.5 }, { weight: 10 }],
  ['ports', { ports: 2 }, { ports: 10 }],
  ['bought', { bought: '2026-01-01T00:00:00+02:00' }, { bought: '2025-12-31T23:00:00Z' }],
  ['rugged', { rugged: false }, { rugged: true }],
  ['model', { model: 'a' }, { model: 'B' }],
  ['site.code', { site: { code: 'a' } }, { site: { code: 'B' } }],
  [`${LEASE_URN}:price`, { [LEASE_URN]: { lender: 'Bank', price: 2 } }, { [LEASE_URN]: { lender: 'Bank', price: 10 } }],
])('sorted by %s, the lower value comes first and none last', (by, low, high) => {
  const key = (more: object) => sortKeyOf(DEVICE, by, BASE_URL)(facts(read(more)));
  expect(compareKeys(key(low), key(high))).toBe(-1);
  expect(compareKeys(key(high), key({}))).toBe(-1);
});
