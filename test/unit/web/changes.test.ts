import { changesOf } from '../../../services/admin/web/ui/changes.js';

test('a change shows what was and what is', () => {
  expect(changesOf({ title: 'Engineer', email: null }, { title: 'Lead', email: 'a@x.example', active: true })).toEqual([
    { field: 'title', before: 'Engineer', after: 'Lead' },
    { field: 'email', before: null, after: 'a@x.example' },
  ]);
});

test('objects are looked into, and what came into them is a change as well', () => {
  const previous = { name: { given: 'Ada', family: 'Byron' }, custom: { 'urn:x': { a: 1 } } };
  const data = { name: { given: 'Ada', family: 'Lovelace', formatted: 'Ada Lovelace' }, custom: { 'urn:x': {} } };
  expect(changesOf(previous, data)).toEqual([
    { field: 'name.family', before: 'Byron', after: 'Lovelace' },
    { field: 'name.formatted', before: undefined, after: 'Ada Lovelace' },
    { field: 'custom.urn:x.a', before: 1, after: undefined },
  ]);
});

test('lists are shown whole, and only when they differ', () => {
  const before = [{ value: 'a' }];
  expect(changesOf({ roles: before, emails: before }, { roles: [], emails: [{ value: 'a' }] })).toEqual([
    { field: 'roles', before, after: [] },
  ]);
});

test('of the attributes of a declared resource, those that changed are there alone', () => {
  const previous = { attributes: { serial: null, owner: { name: 'Ada' } } };
  const data = { attributes: { serial: 'A1', model: 'X', owner: { name: 'Ada', room: 4 } } };
  expect(changesOf(previous, data)).toEqual([
    { field: 'attributes.serial', before: null, after: 'A1' },
    { field: 'attributes.owner.room', before: undefined, after: 4 },
  ]);
});
