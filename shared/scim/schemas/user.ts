import { attribute, complex, plural, schema } from './define.js';

/** RFC 7643 sections 4.1 and 8.7.1. */
export const USER_SCHEMA = schema('urn:ietf:params:scim:schemas:core:2.0:User', 'User', 'A person with an account.', [
  attribute('userName', 'The name the user signs in with; unique in the directory, whatever its case.', {
    required: true,
    uniqueness: 'server',
    indexed: true,
  }),
  complex('name', "The parts of the user's name.", [
    attribute('formatted', 'The full name, as it is to be shown.'),
    attribute('familyName', 'The family name.'),
    attribute('givenName', 'The given name.'),
    attribute('middleName', 'The middle names.'),
    attribute('honorificPrefix', 'A title before the name.'),
    attribute('honorificSuffix', 'A suffix after the name.'),
  ]),
  attribute('displayName', 'The name to show for the user.', { searched: true }),
  attribute('nickName', 'How the user is called casually.'),
  attribute('profileUrl', "The URL of the user's profile.", { type: 'reference', referenceTypes: ['external'] }),
  attribute('title', 'The job title, such as "Vice President".'),
  attribute('userType', 'The relation to the organization, such as "Contractor".'),
  attribute('preferredLanguage', 'The preferred language, as in an Accept-Language header.'),
  attribute('locale', 'Where numbers and dates are formatted as for, such as "en-US".'),
  attribute('timezone', 'The time zone by its IANA name, such as "Europe/Paris".'),
  attribute('active', 'Whether the user may sign in; true unless a client says otherwise.', {
    type: 'boolean',
    assumed: true,
  }),
  attribute('password', 'Accepted and dropped: it is never stored.', { mutability: 'writeOnly', returned: 'never' }),
  plural('emails', 'E-mail addresses.', { indexed: true }, ['work', 'home', 'other']),
  plural('phoneNumbers', 'Telephone numbers.', {}, ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
  plural('ims', 'Addresses for instant messages.', {}, ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo']),
  plural('photos', 'URLs of pictures of the user.', { type: 'reference', referenceTypes: ['external'] }, [
    'photo',
    'thumbnail',
  ]),
  complex(
    'addresses',
    'Postal addresses.',
    [
      attribute('formatted', 'The whole address, as on a label.'),
      attribute('streetAddress', 'Street and number.'),
      attribute('locality', 'City or place.'),
      attribute('region', 'State or region.'),
      attribute('postalCode', 'Postal code.'),
      attribute('country', 'Country, ISO 3166-1 alpha-2.'),
      attribute('type', 'What the address is for.', { canonicalValues: ['work', 'home', 'other'] }),
      attribute('primary', 'Whether this is the preferred entry; true of at most one.', { type: 'boolean' }),
    ],
    { multiValued: true },
  ),
  complex(
    'groups',
    'The groups that the user is a member of; changed at the groups.',
    [
      attribute('value', "The group's id.", { caseExact: true, mutability: 'readOnly' }),
      attribute('$ref', "The group's URL.", {
        type: 'reference',
        referenceTypes: ['Group'],
        mutability: 'readOnly',
      }),
      attribute('display', "The group's displayName.", { mutability: 'readOnly' }),
      attribute('type', 'How the membership comes about.', { canonicalValues: ['direct'], mutability: 'readOnly' }),
    ],
    { multiValued: true, mutability: 'readOnly', relation: 'groups' },
  ),
  plural('entitlements', 'What the user is entitled to.'),
  plural('roles', "The user's roles."),
  plural('x509Certificates', "The user's certificates.", { type: 'binary', caseExact: true }),
]);
