import { explain, inWords } from '../../../services/admin/web/setup/explain.js';
import type { LoggedRequest } from '../../../services/admin/web/setup/deed.js';
import { diagnose, openProblems, type ProblemKind } from '../../../services/admin/web/setup/diagnose.js';
import { PROVIDERS, providerOf, wayOf } from '../../../services/admin/web/setup/providers/all.js';
import { languageOf, LANGUAGES, type Language } from '../../../services/admin/web/text/language.js';
import { TEXTS } from '../../../services/admin/web/text/text.js';

const request = (seen: Partial<LoggedRequest>): LoggedRequest => ({
  id: '1',
  at: '2030-01-01T00:00:00Z',
  method: 'POST',
  path: '/Users',
  status: 400,
  scimType: null,
  detail: null,
  attributes: ['userName'],
  ...seen,
});

const invalid = (detail: string): Partial<LoggedRequest> => ({ scimType: 'invalidValue', detail });

/** What the log has, and what is wrong then. */
const CASES: readonly (readonly [ProblemKind, Partial<LoggedRequest>])[] = [
  ['tokenMissing', { status: 401, detail: 'The request has no bearer token. Send "…" with the token.' }],
  ['tokenMistyped', { status: 401, detail: 'The bearer token is incomplete or mistyped: …' }],
  ['tokenUnknown', { status: 401, detail: 'The bearer token is not a live token of this directory.' }],
  ['disabled', { status: 403, detail: 'This directory is disabled.' }],
  ['caller', { status: 403, detail: 'Add it to allowedCidrs in the management API.' }],
  ['certificate', { status: 403, detail: 'This directory takes requests with its client certificates alone, and …' }],
  ['address', { status: 404, method: 'GET', path: '/v2/Users?startIndex=1' }],
  ['address', { status: 404, method: 'GET', path: '/…?count=1' }],
  ['address', { status: 404, method: 'GET', path: '/Users/…?filter=userName eq "…"' }],
  ['address', { status: 405, path: '/Users/…' }],
  ['version', { scimType: 'invalidVers' }],
  [
    'userNameTaken',
    { status: 409, scimType: 'uniqueness', detail: 'Another User (id "…") already has the userName "…".' },
  ],
  ['taken', { status: 409, path: '/Groups', scimType: 'uniqueness' }],
  ['userNameMissing', invalid('userName: it is missing, and it is required. Send a value.')],
  ['userNameMissing', invalid('userName: it is blank, and it is required. Send a value.')],
  ['missing', { ...invalid('displayName: it is missing, and it is required. Send a value.'), path: '/Groups' }],
  ['member', { ...invalid('members: there is no user or group with id "…" in this directory.'), path: '/Groups' }],
  ['value', invalid('active: it is a string, must be a boolean.')],
  ['filter', { method: 'GET', path: '/Users?filter=…', scimType: 'invalidFilter' }],
  ['attribute', { method: 'PATCH', scimType: 'invalidPath', detail: 'The path "…" names no attribute of User.' }],
  ['noTarget', { method: 'PATCH', scimType: 'noTarget' }],
  [
    'readOnly',
    { method: 'PATCH', scimType: 'mutability', detail: 'Operations[0].path: id is readOnly. Leave it out.' },
  ],
  ['form', { scimType: 'invalidSyntax', attributes: [] }],
  ['gone', { status: 404, method: 'PATCH', path: '/Users/0190c8f2-7c1e-7000-8000-000000000001' }],
  ['unknownType', { status: 404, path: '/Entitlements' }],
  ['method', { status: 405, path: '/Schemas' }],
  ['stale', { status: 412 }],
  ['tooLarge', { status: 413 }],
  ['tooMany', { scimType: 'tooMany' }],
  ['tooFast', { status: 429 }],
  ['tooSlow', { status: 499 }],
  ['ours', { status: 503 }],
  ['refused', { status: 418 }],
];

const okta = providerOf('okta');
const aboutOkta = (language: Language) => ({ provider: okta, way: wayOf(okta, undefined), text: TEXTS[language] });

test.each(CASES)('%s: %j', (kind, seen) => {
  expect(diagnose(request(seen))?.kind).toBe(kind);
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    const { sent, need, fix } = explain(request(seen), aboutOkta(language)) ?? { sent: '', need: '', fix: '' };
    expect(sent).toMatch(/^Okta .+\.$/);
    expect(need).toMatch(/.\.$/);
    expect(fix).toMatch(/.\.$/);
    expect(sent + need + fix).not.toMatch(/undefined|\[object/);
  }
});

test('every problem has a case', () => {
  expect([...new Set(CASES.map(([kind]) => kind))].sort()).toEqual(Object.keys(TEXTS.en.problems).sort());
});

test('a missing user name is told in the words of the provider, in both languages', () => {
  const seen = request(invalid('userName: it is missing, and it is required. Send a value.'));
  expect(explain(seen, aboutOkta('en'))).toEqual({
    sent: 'Okta sent a new user without a user name.',
    need: 'We need a `userName` for each person: it says who it is.',
    fix: 'Map `userName` to an attribute that each of your people has, such as the e-mail address: **Provisioning → To App → Attribute Mappings**. Then send the person again.',
  });
  expect(explain(seen, aboutOkta('fr'))?.sent).toBe('Okta a envoyé un nouvel utilisateur sans nom d’utilisateur.');
});

test('of a wrong token the field is named where it is entered', () => {
  const seen = request({ status: 401, detail: 'The bearer token is incomplete or mistyped: …' });
  const entra = providerOf('entra');
  const { sent, fix } = explain(seen, { provider: entra, way: entra.ways[0], text: TEXTS.en }) ?? {};
  expect(sent).toContain('Microsoft Entra ID sent a new user with a token that is incomplete or mistyped');
  expect(fix).toContain('**Secret token**');
});

test.each([
  ['an attribute', 'emails[0].value: it is a number, must be a string.', 'emails[0].value'],
  [
    'an attribute of an extension',
    'urn:a:2.0:User:costCenter: it is a number, must be a string.',
    'urn:a:2.0:User:costCenter',
  ],
  ['a PATCH', 'Operations[1].path: meta.created is readOnly. Leave it out.', 'meta.created'],
  ['none', 'The body is not a JSON object.', ''],
])('%s is named', (_, detail, attribute) => {
  expect(diagnose(request(invalid(detail)))?.attribute).toBe(attribute);
});

test.each([
  ['a look whether somebody is there', { status: 404, method: 'GET', path: '/Users/…' }],
  ['a question about what there is', { status: 404, method: 'GET', path: '/Entitlements' }],
  ['a look at oneself', { status: 501, method: 'GET', path: '/Me' }],
  ['what is accepted', { status: 201 }],
  ['what has not changed', { status: 304, method: 'GET' }],
])('%s is no problem', (_, seen) => {
  expect(diagnose(request(seen))).toBeUndefined();
});

test('what a later request has overcome is a problem no more, and each kind is told once', () => {
  const wrongToken = request({ status: 401, detail: 'The bearer token is incomplete or mistyped: …' });
  const accepted = request({ method: 'GET', status: 200 });
  const noName = request(invalid('userName: it is missing, and it is required. Send a value.'));
  const kinds = (requests: readonly LoggedRequest[], tokenAcceptedAt: string | null = null) =>
    openProblems(requests, { tokenAcceptedAt }).map(({ problem }) => problem.kind);
  expect(kinds([wrongToken, wrongToken])).toEqual(['tokenMistyped']);
  expect(kinds([accepted, wrongToken])).toEqual([]);
  expect(kinds([wrongToken], wrongToken.at)).toEqual([]);
  expect(kinds([wrongToken], '2029-12-31T00:00:00Z')).toEqual(['tokenMistyped']);
  expect(kinds([noName, accepted, noName])).toEqual(['userNameMissing']);
  expect(kinds([request({ status: 201 }), noName])).toEqual([]);
});

test('requests are told in words', () => {
  expect(inWords({ method: 'PATCH', path: '/groups/1' }, TEXTS.en)).toBe('a change of a group');
  expect(inWords({ method: 'POST', path: '/Users/.search' }, TEXTS.en)).toBe('a search for users');
  expect(inWords({ method: 'GET', path: '/ServiceProviderConfig' }, TEXTS.fr)).toContain('prenons en charge');
});

test('the language is the first of the browser’s that there is', () => {
  expect(languageOf(['de', 'fr-CA', 'en'])).toBe('fr');
  expect(languageOf(['de'])).toBe('en');
  expect(languageOf(['toString'])).toBe('en');
});

describe.each(PROVIDERS)('the steps of $id', ({ ways }) => {
  const steps = ways.flatMap(({ connect, test: sends }) => [...connect, ...sends]);
  test.each(steps)('mark what they name: $title.en', ({ text, picture }) => {
    const drawn = [
      ...(picture?.menu ?? []),
      ...(picture?.tabs ?? []),
      ...(picture?.rows ?? []).map(({ label }) => label),
      ...(picture?.buttons ?? []),
    ];
    for (const mark of picture?.marked ?? []) expect(drawn).toContain(mark);
    // Both languages name the same screens.
    const names = (one: string): string[] => [...one.matchAll(/\*\*(.+?)\*\*|`(.+?)`/g)].map(([name]) => name).sort();
    expect(names(text.fr)).toEqual(names(text.en));
  });
  test.each(ways)('say where both values go: $id', ({ baseUrlField, tokenField, connect }) => {
    const said = connect.map(({ text }) => text.en).join(' ');
    if (baseUrlField !== 'SCIM base URL') expect(said).toContain(`**${baseUrlField}**`);
    if (tokenField !== 'Bearer token') expect(said).toContain(`**${tokenField}**`);
  });
});
