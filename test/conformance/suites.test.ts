import request from 'supertest';
import { ENTERPRISE_USER, expectRefusal, startScimClient } from '../support/scim-client.js';

/** What public conformance suites and clients found, each once, over HTTP; docs/conformance.md says which were run. */

const scim = startScimClient();

test.each([
  ['/ServiceProviderConfig', 'GET'],
  ['/ResourceTypes', 'GET'],
  ['/ResourceTypes/User', 'GET'],
  ['/Schemas', 'GET'],
  [`/Schemas/${ENTERPRISE_USER}`, 'GET'],
  ['/Bulk', 'POST'],
  ['/.search', 'POST'],
])('a method that %s does not have is 405 and names the one that it has, whatever the body', async (path, allow) => {
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    if (method === allow.toLowerCase()) continue;
    const answer = await scim.call(method, path).set('content-type', 'text/plain').send('not JSON');
    expectRefusal(answer, 405);
    expect(answer.headers['allow']).toBe(allow);
  }
});

test('405 tells nothing to whoever has no token', async () => {
  const { base } = scim.directory();
  expectRefusal(await request(scim.ingest().app).post(`${base}/Schemas`).send({}), 401);
});

test('a dot between the URN of a schema and its attribute is taken as a colon', async () => {
  const [boss, ann] = [await scim.createUser('boss'), await scim.createUser('ann')];
  await scim.patch(
    `/Users/${ann}`,
    { op: 'replace', path: `${ENTERPRISE_USER}.manager`, value: boss },
    { op: 'replace', value: { [`${ENTERPRISE_USER}.department`]: 'Kitchen' } },
  );
  const { body } = await scim.get(`/Users/${ann}`);
  expect(body[ENTERPRISE_USER]).toMatchObject({ manager: { value: boss }, department: 'Kitchen' });
  expect(await scim.foundIds('Users', `${ENTERPRISE_USER}.department eq "kitchen"`)).toEqual([ann]);
});

test.each(['ISO-8859-1', 'utf-16', 'windows-1252', 'UTF8'])(
  'a body is UTF-8, whatever the charset %s',
  async (charset) => {
    const { base, token } = scim.directory();
    const { status, body } = await request(scim.ingest().app)
      .post(`${base}/Users`)
      .set('authorization', `Bearer ${token}`)
      .set('content-type', `application/scim+json; charset=${charset}`)
      .send(JSON.stringify({ userName: 'zoë' }));
    expect([status, body.userName]).toEqual([201, 'zoë']);
  },
);

test('a body that is no UTF-8 is refused, not stored with replacement characters', async () => {
  const { base, token } = scim.directory();
  const sent = request(scim.ingest().app)
    .post(`${base}/Users`)
    .set('authorization', `Bearer ${token}`)
    .set('content-type', 'application/scim+json');
  sent.write(Buffer.from(JSON.stringify({ userName: 'zoë' }), 'latin1'));
  const answer = await sent;
  expectRefusal(answer, 400, 'invalidSyntax');
  expect(answer.body.detail).toContain('UTF-8');
});

test('Content-Location of an answer about one resource is its meta.location', async () => {
  const created = await scim.call('post', '/Users', { userName: 'ann' });
  const { id, meta } = created.body;
  const path = `/Users/${id}`;
  const patched = await scim.patch(path, { op: 'replace', path: 'title', value: 'Cook' });
  for (const answer of [created, await scim.get(path), await scim.call('put', path, { userName: 'ann' }), patched]) {
    expect([answer.headers['content-location'], answer.body.meta.location]).toEqual([meta.location, meta.location]);
  }
  expect((await scim.get('/Users')).headers).not.toHaveProperty('content-location');
});
