import { validate as isUuid } from 'uuid';
import { startScimClient, USER } from '../support/scim-client.js';

/** Threat: an identifier that a customer chooses is taken for one of another customer, or for one of ours. */

const client = startScimClient();

test('ids are ours: one that a client sends is ignored, on every way in', async () => {
  const wanted = '00000000-0000-4000-8000-000000000001';
  const meta = { location: 'https://evil.example/Users/1', resourceType: 'Group', version: 'W/"9"' };
  const id = await client.createUser('ann', { id: wanted, meta });
  expect([isUuid(id), id]).toEqual([true, expect.not.stringContaining(wanted)]);
  const put = await client.call('put', `/Users/${id}`, { schemas: [USER], userName: 'ann', id: wanted, meta });
  expect(put.body).toMatchObject({
    id,
    meta: { location: `https://scim.example${client.directory().base}/Users/${id}` },
  });
  await client.patch(`/Users/${id}`, { op: 'add', value: { id: wanted, meta } });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'id', value: wanted });
  expect((await client.get(`/Users/${id}`)).body).toMatchObject({ id, meta: { resourceType: 'User' } });
  expect((await client.get(`/Users/${wanted}`)).status).toBe(404);
});

test('an externalId, a userName or an e-mail address is no id, whatever it looks like', async () => {
  const victim = await client.createUser('victim');
  const names = { externalId: victim, nickName: victim, emails: [{ value: victim }] };
  const thief = await client.createUser(victim, names);
  expect((await client.get(`/Users/${victim}`)).body).toMatchObject({ userName: 'victim' });
  expect(await client.foundIds('Users', `id eq "${victim}"`)).toEqual([victim]);
  expect(await client.foundIds('Users', `externalId eq "${victim}"`)).toEqual([thief]);
  const group = await client.createGroup('Staff', victim);
  await client.call('delete', `/Users/${thief}`);
  expect(await client.memberIds(group)).toEqual([victim]);
});

test('the same names in two directories are two people, and resolve in their own directory alone', async () => {
  const more = { externalId: '00u1', emails: [{ value: 'ann@example.com', type: 'work' }] };
  const own = client.directory();
  const [here, hereGroup] = [await client.createUser('ann', more), await client.createGroup('Staff')];
  const other = await client.ingest().addDirectory();
  const ask = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object) =>
    client.call(method, path, body, other);
  for (const filter of [
    'externalId eq "00u1"',
    'userName eq "ann"',
    'emails.value eq "ann@example.com"',
    `id eq "${here}"`,
  ]) {
    expect((await ask('get', `/Users?filter=${encodeURIComponent(filter)}`)).body.totalResults).toBe(0);
  }
  const there = (await ask('post', '/Users', { userName: 'ann', ...more })).body.id;
  expect(there).not.toBe(here);
  for (const method of ['get', 'put', 'delete'] as const) {
    const body = method === 'put' ? { userName: 'mine' } : undefined;
    expect((await ask(method, `/Users/${here}`, body)).status).toBe(404);
  }
  const members = [{ value: here, $ref: `https://scim.example${own.base}/Users/${here}` }];
  expect((await ask('post', '/Groups', { displayName: 'x', members })).status).toBe(400);
  expect((await client.get(`/Users/${here}`)).body.userName).toBe('ann');
  expect(await client.memberIds(hereGroup)).toEqual([]);
  expect(await client.foundIds('Users', 'externalId eq "00u1"')).toEqual([here]);
});

test('an id of one type is none of another, and none in another spelling', async () => {
  const [user, group] = [await client.createUser('ann'), await client.createGroup('Staff')];
  for (const path of [
    `/Users/${group}`,
    `/Groups/${user}`,
    `/Users/${user}%00`,
    `/Users/${user}%20`,
    `/Users/../Groups/${user}`,
  ])
    expect((await client.get(path)).status).toBe(404);
});

test('addresses in answers come from the configuration, not from what a request says of its host', async () => {
  const id = await client.createUser('ann');
  const answer = await client
    .get(`/Users/${id}`)
    .set({ host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' });
  expect(answer.text).toContain('https://scim.example/');
  expect(JSON.stringify(answer.headers) + answer.text).not.toContain('evil.example');
});
