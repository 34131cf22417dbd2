import { attribute, complex, schema } from './define.js';

export const ENTERPRISE_USER_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 sections 4.3 and 8.7.1. */
export const ENTERPRISE_USER_SCHEMA = schema(ENTERPRISE_USER_URN, 'EnterpriseUser', 'What employers add to a user.', [
  attribute('employeeNumber', 'The number that the organization gave the person.'),
  attribute('costCenter', 'The cost centre.'),
  attribute('organization', 'The name of the organization.'),
  attribute('division', 'The division.'),
  attribute('department', 'The department.'),
  complex('manager', "The user's manager.", [
    attribute('value', "The manager's id.", { caseExact: true }),
    attribute('$ref', "The manager's URL.", { type: 'reference', referenceTypes: ['User'] }),
    attribute('displayName', "The manager's name to show.", { mutability: 'readOnly' }),
  ]),
]);
