import request from 'supertest';
import { diagnose, type ProblemKind } from '../../services/admin/web/setup/diagnose.js';
import { issueCredential } from '../../shared/runtime/credentials.js';
import { newId } from '../../shared/runtime/ids.js';
import { iso } from '../../shared/events/timestamp.js';
import type { Directory } from '../../shared/store/registry.js';
import { timeOfId } from '../../shared/webhooks/delivery.js';
import { eventually } from '../support/eventually.js';
import { message, startScimClient, USER } from '../support/scim-client.js';

/** What the set-up page makes of refusals as the service words them, by way of the request log. */

const scim = startScimClient();

interface Sent {
  readonly method?: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** From the directory's `/scim/<id>` on. */
  readonly path: string;
  readonly authorization?: string;
  readonly body?: object | string;
}

async function send({ method = 'post', path, authorization, body }: Sent): Promise<void> {
  const { id, token } = scim.directory();
  const call = request(scim.ingest().app)[method](`/scim/${id}${path}`);
  if (authorization !== '') call.set('authorization', authorization ?? `Bearer ${token}`);
  await call.type('application/scim+json').send(body);
}

/** What is wrong with the request that was refused. */
async function seen() {
  const { requestLog, store } = scim.ingest();
  const entry = await eventually('the refusal is noted', async () => {
    await requestLog.flush();
    const all = await store.journals.requests.list({ directoryId: scim.directory().id }, { limit: 10 });
    return all.find(({ status }) => status >= 400);
  });
  return diagnose({ ...entry, at: iso(timeOfId(entry.id)) });
}

const user = (attributes: object): object => ({ schemas: [USER], ...attributes });
const patch = (operation: object): object => ({ schemas: [message('PatchOp')], Operations: [operation] });

test.each<[ProblemKind, string, Sent]>([
  ['tokenMissing', 'no token', { method: 'get', path: '/v2/Users', authorization: '' }],
  ['tokenMissing', 'a password', { method: 'get', path: '/v2/Users', authorization: 'Basic YTpi' }],
  ['tokenMistyped', 'half a token', { method: 'get', path: '/v2/Users', authorization: 'Bearer rcs_half' }],
  [
    'tokenUnknown',
    'the token of another directory',
    { method: 'get', path: '/v2/Users', authorization: `Bearer ${issueCredential('rcs').secret}` },
  ],
  ['address', 'a base URL without its version', { method: 'get', path: '/Users?startIndex=1' }],
  ['address', 'a base URL with its version twice', { method: 'get', path: '/v2/v2/Users?startIndex=1' }],
  ['address', 'a base URL with a slash behind it', { method: 'get', path: '/v2//Users?startIndex=1' }],
  ['address', 'a base URL with /scim behind it', { method: 'get', path: '/v2/scim/Users' }],
  ['address', 'a base URL with /Users behind it', { method: 'get', path: '/v2/Users/Users?filter=userName%20pr' }],
  ['address', 'a new user below /Users/Users', { path: '/v2/Users/Users', body: user({ userName: 'a' }) }],
  ['version', 'SCIM 1.1 by its URL', { method: 'get', path: '/v1/Users' }],
  [
    'version',
    'SCIM 1.1 by its schema',
    { path: '/v2/Users', body: { schemas: ['urn:scim:schemas:core:1.0'], userName: 'a' } },
  ],
  ['userNameMissing', 'no user name', { path: '/v2/Users', body: user({ displayName: 'Ann' }) }],
  ['userNameMissing', 'a blank user name', { path: '/v2/Users', body: user({ userName: ' ' }) }],
  ['missing', 'a group without a name', { path: '/v2/Groups', body: {} }],
  ['member', 'an unknown member', { path: '/v2/Groups', body: { displayName: 'a', members: [{ value: newId() }] } }],
  ['value', 'a list for a text', { path: '/v2/Users', body: user({ userName: 'a', displayName: ['Ann'] }) }],
  ['filter', 'a filter that does not end', { method: 'get', path: '/v2/Users?filter=userName%20eq%20%22a' }],
  ['filter', 'a filter with a foreign operator', { method: 'get', path: '/v2/Users?filter=userName%20is%20%22a%22' }],
  ['form', 'no JSON', { path: '/v2/Users', body: '{"userName": ' }],
  ['gone', 'a change of nobody', { method: 'delete', path: `/v2/Users/${newId()}` }],
  ['unknownType', 'entitlements', { path: '/v2/Entitlements', body: {} }],
  ['method', 'a write of schemas', { path: '/v2/Schemas', body: {} }],
  ['tooLarge', 'a photo', { path: '/v2/Users', body: user({ userName: 'a', title: 'x'.repeat(1_100_000) }) }],
])('%s: %s', async (kind, _, sent) => {
  await send(sent);
  expect((await seen())?.kind).toBe(kind);
});

test.each<[ProblemKind, object]>([
  ['attribute', { op: 'replace', path: 'shoeSize', value: 43 }],
  ['noTarget', { op: 'remove' }],
  ['readOnly', { op: 'replace', path: 'meta.created', value: '2030-01-01T00:00:00Z' }],
])('%s: a change %j', async (kind, operation) => {
  const id = await scim.createUser('ann');
  await send({ method: 'patch', path: `/v2/Users/${id}`, body: patch(operation) });
  expect((await seen())?.kind).toBe(kind);
});

test('userNameTaken: the same person twice, in capitals', async () => {
  await scim.createUser('ann');
  await send({ path: '/v2/Users', body: user({ userName: 'ANN' }) });
  expect((await seen())?.kind).toBe('userNameTaken');
});

test.each<[ProblemKind, string, Partial<Directory>]>([
  ['disabled', 'a directory that is switched off', { disabled: true }],
  ['caller', 'an address that the directory does not take requests from', { allowedCidrs: ['203.0.113.0/24'] }],
  ['certificate', 'no client certificate', { clientCertificates: ['0'.repeat(64)] }],
])('%s: %s', async (kind, _, settings) => {
  const { registry } = scim.ingest().store;
  const directory = await registry.directories.get(scim.directory().id);
  if (directory === undefined) throw new Error('There is no directory.');
  await registry.directories.replace({ ...directory, version: directory.version + 1, ...settings });
  await send({ method: 'get', path: '/v2/Users' });
  expect((await seen())?.kind).toBe(kind);
});

test('a look for somebody who is not there is no problem', async () => {
  await send({ method: 'get', path: '/v2/Users/0' });
  expect(await seen()).toBeUndefined();
});
