import type { Bench, Requests } from './bench.js';

/** Durable creates: a 201 means that the user and its event are on disk. */
export const bench: Bench = {
  title: 'POST /Users of 1 KB: a durable create with its event, on SQLite',
  async open({ port, management }, load) {
    const organization = await management.createOrganization('Bench');
    const { scimBaseUrl, token } = await management.createDirectory(organization, 'Bench', 'okta');
    return load.against(port, __filename, { path: new URL(scimBaseUrl).pathname, token });
  },
};

const BODY_BYTES = 1024;
const PLACE = '@@@@@@@@@';

export const requests: Requests = ({ path = '', token = '' }) => {
  const body = paddedUser();
  const request = [
    `POST ${path}/Users HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    'content-type: application/scim+json',
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  const pieces = request.split(PLACE);
  // Always as wide as the placeholder, so that the length stays true.
  return (number) => pieces.join(String(number).padStart(PLACE.length, '0'));
};

/** What is read of a user's body. */
export interface NumberedUser {
  readonly userName: string;
  readonly externalId: string;
}

/** The body of one of them. */
export const userOf = (number: number): NumberedUser =>
  JSON.parse(paddedUser().replaceAll(PLACE, String(number).padStart(PLACE.length, '0'))) as NumberedUser;

/** A user as Okta creates one, its unique parts a placeholder, filled up to the size with a nickname. */
function paddedUser(): string {
  const user = {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    userName: `user-${PLACE}@bench.example`,
    name: { givenName: 'Ada', familyName: `Marsh ${PLACE}` },
    emails: [{ primary: true, value: `user-${PLACE}@bench.example`, type: 'work' }],
    displayName: `Ada Marsh ${PLACE}`,
    title: 'Engineer',
    phoneNumbers: [{ value: '+49 30 123456', type: 'work' }],
    addresses: [
      { type: 'work', streetAddress: '1 Main Street', locality: 'Berlin', postalCode: '10115', country: 'DE' },
    ],
    externalId: `00u${PLACE}`,
    active: true,
    locale: 'en-US',
    groups: [],
    password: 'P-not-stored',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      employeeNumber: `E${PLACE}`,
      department: 'Engineering',
    },
    nickName: '',
  };
  const missing = BODY_BYTES - JSON.stringify(user).length;
  return JSON.stringify({ ...user, nickName: 'x'.repeat(Math.max(0, missing)) });
}
