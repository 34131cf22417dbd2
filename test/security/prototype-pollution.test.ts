import request from 'supertest';
import { checkHeaders } from '../../shared/webhooks/own-headers.js';
import { expectProblem, KEY, newDirectory, openBench, type Bench } from '../service/admin-support.js';
import { ENTERPRISE_USER, startScimClient } from '../support/scim-client.js';

/**
 * Threat: a name in a request reaches the prototype of objects, or an attribute that clients may not set (mass assignment). The fuzz of
 * both is test/faults/hostile-requests.test.ts.
 */

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
const client = startScimClient();

/** What a polluted prototype would show anywhere. */
const expectClean = (): void => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
};
afterEach(expectClean);

/** As an attacker writes it: a literal `__proto__` would not be a member of its own. */
const json = (text: string): object => JSON.parse(text) as object;

test.each(NAMES)('%s as a path of a PATCH leads nowhere', async (name) => {
  const emails = [{ value: 'ann@example.com', type: 'work' }];
  const id = await client.createUser('ann', { name: { givenName: 'Ann' }, emails });
  const paths = [
    ...[name, `${name}.polluted`, `name.${name}`, `name.${name}.polluted`, `emails.${name}`],
    ...[`${ENTERPRISE_USER}:${name}`, `${ENTERPRISE_USER}:manager.${name}`],
    ...[`emails[type eq "work"].${name}`, `constructor.prototype.${name}`, `urn:${name}:polluted`],
  ];
  for (const path of paths) {
    for (const op of ['add', 'replace', 'remove']) {
      const { status } = await client.patch(`/Users/${id}`, { op, path, value: { polluted: true } });
      expect([path, op, status]).toEqual([path, op, 400]);
    }
  }
  // Nor does a filter find what every object has.
  for (const filter of [`${name} pr`, `${name} ne null`, `${name}.length gt 0`]) {
    await client.patch(`/Users/${id}`, { op: 'remove', path: `emails[${filter}]` });
    expect((await client.find('Users', `emails[${filter}]`)).body.totalResults ?? 0).toBe(0);
    expect((await client.find('Users', filter)).body.totalResults ?? 0).toBe(0);
  }
  expect((await client.get(`/Users/${id}`)).body).toMatchObject({ name: { givenName: 'Ann' }, emails });
});

test.each(NAMES)('%s as an attribute is one that no schema has', async (name) => {
  const evil = `{"${name}":{"polluted":true}}`;
  const bodies = [
    `{"userName":"ann","${name}":{"polluted":true}}`,
    `{"userName":"ann","name":${evil},"emails":[${evil}],"${ENTERPRISE_USER}":${evil}}`,
    `{"userName":"ann","urn:${name}":${evil}}`,
  ];
  for (const body of bodies) {
    const { status, body: made } = await client.call('post', '/Users', json(body));
    if (status === 201) {
      expect(JSON.stringify(made)).not.toContain('polluted');
      await client.patch(`/Users/${made.id}`, { op: 'add', value: json(evil) });
      await client.patch(`/Users/${made.id}`, { op: 'replace', path: 'name', value: json(evil) });
      expect((await client.get(`/Users/${made.id}`)).text).not.toContain('polluted');
      await client.call('delete', `/Users/${made.id}`);
    } else expect(status).toBe(400);
  }
  const query = `attributes=${name}&excludedAttributes=${name}&sortBy=${name}&filter=${name}%20pr`;
  expect((await client.get(`/Users?${query}`)).status).toBeLessThan(500);
  expect((await client.get(`/${name}`)).status).toBe(404);
  expect((await client.get(`/Schemas/${name}`)).status).toBe(404);
  expect((await client.get(`/ResourceTypes/${name}`)).status).toBe(404);
});

test('what is readOnly, or ours, cannot be written by any of the ways in', async () => {
  const id = await client.createUser('ann');
  const group = await client.createGroup('Staff');
  const evil = {
    ...{ id: 'x', meta: { created: '1999-01-01T00:00:00Z', version: 'W/"99"' } },
    ...{ groups: [{ value: group }], directoryId: 'x', organizationId: 'x', version: 99, keys: ['x'], seq: 1 },
    [ENTERPRISE_USER]: { manager: { displayName: 'The boss', value: id } },
  };
  await client.call('put', `/Users/${id}`, { userName: 'ann', ...evil });
  await client.patch(`/Users/${id}`, { op: 'add', value: evil });
  for (const path of [
    'groups',
    'meta',
    'meta.version',
    'id',
    `${ENTERPRISE_USER}:manager.displayName`,
    'directoryId',
  ]) {
    await client.patch(`/Users/${id}`, { op: 'replace', path, value: 'x' });
  }
  const { body } = await client.get(`/Users/${id}`);
  expect(body).toMatchObject({ id, userName: 'ann', meta: { resourceType: 'User' } });
  expect(body.meta.created).not.toContain('1999');
  expect(body.groups ?? []).toEqual([]);
  expect(JSON.stringify(body)).not.toMatch(/The boss|directoryId|organizationId|keys|seq/);
  expect(await client.memberIds(group)).toEqual([]);
});

describe('in the management API', () => {
  let bench: Bench;
  let directory: string;
  beforeAll(async () => {
    bench = await openBench();
    directory = `/v1/directories/${(await newDirectory(bench)).id}`;
  });
  afterAll(() => bench.close());

  const send = (method: 'post' | 'put' | 'patch', path: string, text: string) =>
    request(bench.app)
      [method](path)
      .set({ authorization: `Bearer ${KEY}`, 'content-type': 'application/json' })
      .send(text);

  // Every object has them but `prototype`, which is a name like others.
  test.each(NAMES.filter((name) => name !== 'prototype'))(
    '%s is no field, no target of a mapping and no name in a schema',
    async (name) => {
      const evil = `"${name}":{"polluted":true}`;
      const custom = `{"attributes":[{"to":"custom.${name}","from":"title"},{"to":"${name}","from":"title"}]}`;
      const source = `{"attributes":[{"to":"title","from":"${name}"},{"to":"locale","from":"name.${name}"}]}`;
      const attribute = `{"name":"${name}","type":"string","description":"x","multiValued":false,"required":false}`;
      const schema = `{"name":"X","description":"x","attributes":[${attribute}]}`;
      const refused = [
        await send('post', '/v1/organizations', `{"name":"x",${evil}}`),
        await send('patch', directory, `{"name":"x",${evil}}`),
        await send('post', '/v1/endpoints', `{"url":"https://a.example/",${evil}}`),
        await send('put', `${directory}/mapping`, source),
        await send('put', `${directory}/mapping`, custom),
        await send('put', `${directory}/schemas/urn:example:X`, schema),
      ];
      for (const answer of refused) expectProblem(answer, 400, 'validation');
    },
  );

  test('a declared attribute or mapped field has a name of its own, and is read as an own member', async () => {
    const custom = { attributes: NAMES.slice(1, 6).map((name) => ({ to: `custom.${name}`, from: 'title' })) };
    await bench.put(`${directory}/mapping`, custom).expect(200);
    expect((await bench.get(`${directory}/mapping`)).body.attributes).toEqual(custom.attributes);
    const preview = await bench.post(`${directory}/mapping/preview`, custom).expect(200);
    expect(preview.body.counts).toEqual({ users: 0, changed: 0 });
  });

  test.each(NAMES)('%s as a header of an endpoint is sent as such or refused', async (name) => {
    const answer = await send('post', '/v1/endpoints', `{"url":"https://a.example/","headers":{"${name}":"x"}}`);
    if (answer.status === 201) expect(answer.body.headerNames).toEqual([name.toLowerCase()]);
    else expectProblem(answer, 400, 'validation');
  });

  test('a header of an endpoint can neither end the line nor stand for one of ours', () => {
    for (const headers of [
      { 'x-a': 'b\r\nx-c: d' },
      { 'x-a\r\nx-c': 'd' },
      { 'x-a': 'b\0' },
      { 'webhook-signature': 'v1,x' },
    ])
      expect(checkHeaders(headers)).toBeDefined();
  });
});
