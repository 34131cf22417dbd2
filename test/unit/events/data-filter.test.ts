import { compileDataFilter } from '../../../shared/events/data-filter.js';

const URN = 'urn:example:params:scim:schemas:2.0:Badge';
const data = {
  id: 'u1',
  department: 'Sales',
  title: null,
  displayName: '',
  active: true,
  version: 7,
  createdAt: '2026-03-01T10:00:00.000Z',
  name: { given: 'Ann', family: null },
  emails: [
    { value: 'ann@example.com', type: 'work', primary: true },
    { value: 'ann@home.example', type: 'home', primary: false },
  ],
  custom: { [URN]: { level: 3, zones: ['A', 'B'] }, nickName: 'annie' },
};
const matches = (filter: string, event: object = { data }): boolean => compileDataFilter(filter)(event as never);

test.each([
  ['department eq "sales"', true],
  ['Department ne "Sales"', false],
  ['department eq "Sales" and not (active eq false)', true],
  ['department eq "Support" or name.given sw "a"', true],
  ['title pr', false],
  ['displayName pr', false],
  ['title eq null', true],
  ['title eq "x"', false],
  ['title ne "x"', true],
  ['nosuch eq "x"', false],
  ['nosuch gt 1', false],
  ['name.family pr', false],
  ['active eq true', true],
  ['active gt "a"', false],
  ['version gt 6', true],
  ['version eq 7', true],
  ['version eq "7"', false],
  ['createdAt lt "2026-03-01T11:00:00+01:00"', false],
  ['createdAt le "2026-03-01T11:00:00+01:00"', true],
  ['emails ew "@home.example"', true],
  ['emails.type eq "home"', true],
  ['emails[type eq "home" and primary eq true]', false],
  ['emails[type eq "work" and primary eq true]', true],
  ['custom.nickname eq "annie"', true],
  [`custom.${URN}.level ge 3`, true],
  [`custom.${URN}:zones eq "b"`, true],
  [`custom.${URN}.zones[value eq "c"]`, false],
  ['constructor.name pr', false],
])('%s: %s', (filter, expected) => {
  expect(matches(filter)).toBe(expected);
});

test('an update that leads out of the filter matches, as does one that leads into it', () => {
  const left = { data: { ...data, department: 'Support' }, previous: { department: 'Sales' } };
  const moved = { data: { ...data, department: 'Support' }, previous: { department: 'Legal' } };
  expect(matches('department eq "Sales"', left)).toBe(true);
  expect(matches('department eq "Support"', left)).toBe(true);
  expect(matches('department eq "Sales"', moved)).toBe(false);
});

test('the earlier attributes of a resource are the changed ones upon the others', () => {
  const event = {
    data: { id: 'd', attributes: { serial: 'x', owner: 'bob' } },
    previous: { attributes: { owner: 'ann' } },
  };
  expect(matches('attributes.owner eq "ann" and attributes.serial eq "x"', event)).toBe(true);
  expect(matches('attributes.owner eq "eve"', event)).toBe(false);
});

test('a membership event is filtered by its group and its members', () => {
  const event = { data: { group: { id: 'g', displayName: 'Admins' }, members: [{ id: 'u', userName: 'ann' }] } };
  expect(matches('group.displayName eq "admins" and members.userName eq "ann"', event)).toBe(true);
  expect(matches('department eq "Sales"', event)).toBe(false);
});

test.each([
  'department eq',
  'department = "x"',
  '(department pr',
  `${'('.repeat(20)}a pr${')'.repeat(20)}`,
  'x'.repeat(5000),
])('%.40s is refused', (filter) => {
  expect(() => compileDataFilter(filter)).toThrow(/filter/i);
});
