import { printPath, resolvePath } from '../../../shared/scim/path.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import type { ResourceType } from '../../../shared/scim/schema.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

function meaning(text: string, type: ResourceType = USER): string | undefined {
  const path = resolvePath(type, text);
  return path?.kind === 'extension' ? `all of ${path.urn}` : path && printPath(path);
}

test.each([
  ['userName', 'userName'],
  ['USERNAME', 'userName'],
  ['name.givenName', 'name.givenName'],
  ['Name.GIVENNAME', 'name.givenName'],
  ['id', 'id'],
  ['meta.version', 'meta.version'],
  ['emails.value', 'emails.value'],
  ['groups.$ref', 'groups.$ref'],
  [`${CORE}:userName`, 'userName'],
  [`${CORE.toUpperCase()}:name.givenName`, 'name.givenName'],
  [`${CORE}:externalId`, 'externalId'],
  [`${ENTERPRISE_USER_URN}:department`, `${ENTERPRISE_USER_URN}:department`],
  [`${ENTERPRISE_USER_URN}:manager.value`, `${ENTERPRISE_USER_URN}:manager.value`],
  [`${ENTERPRISE_USER_URN.toUpperCase()}:DEPARTMENT`, `${ENTERPRISE_USER_URN}:department`],
  [`${ENTERPRISE_USER_URN}.manager`, `${ENTERPRISE_USER_URN}:manager`],
  [`${ENTERPRISE_USER_URN.toUpperCase()}.Manager.Value`, `${ENTERPRISE_USER_URN}:manager.value`],
  [`${CORE}.name.givenName`, 'name.givenName'],
  [ENTERPRISE_USER_URN, `all of ${ENTERPRISE_USER_URN}`],
])('%s leads to %s', (text, expected) => {
  expect(meaning(text)).toBe(expected);
});

test.each([
  '',
  '.',
  'nothing',
  'userName.value',
  'name.nothing',
  'name.givenName.more',
  'department',
  'manager',
  CORE,
  `${CORE}:`,
  `${CORE}:department`,
  `${ENTERPRISE_USER_URN}:`,
  `${ENTERPRISE_USER_URN}.`,
  `${ENTERPRISE_USER_URN}.userName`,
  `${ENTERPRISE_USER_URN}.manager.more.value`,
  `${ENTERPRISE_USER_URN}:userName`,
  'urn:example:none:userName',
  '__proto__',
  'constructor.prototype',
  'toString',
  'emails.__proto__',
])('%j leads nowhere', (text) => {
  expect(meaning(text)).toBeUndefined();
});

test("one type's attributes are not another's", () => {
  expect(meaning('members.value', GROUP)).toBe('members.value');
  expect(meaning('members.value', USER)).toBeUndefined();
  expect(meaning(`${ENTERPRISE_USER_URN}:department`, GROUP)).toBeUndefined();
});
