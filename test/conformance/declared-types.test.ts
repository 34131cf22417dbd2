import { expectRefusal, message, startScimClient, USER } from '../support/scim-client.js';
import { BADGE_URN, DECLARATIONS, DEVICE_URN, LEASE_URN, phone } from '../unit/scim/devices.js';

/** Resource types and extensions that a directory declares: everything that users and groups can do, and nothing less. */

const scim = startScimClient();
beforeEach(() => scim.ingest().declare(scim.directory().id, DECLARATIONS));

const createPhone = async (serial: string, more: object = {}): Promise<string> => {
  const answer = await scim.call('post', '/Devices', phone({ serial, ...more }));
  expect(answer.status).toBe(201);
  return answer.body.id;
};
const serials = async (path: string): Promise<unknown> =>
  (await scim.get(path)).body.Resources.map(({ serial }: { serial?: string }) => serial);

test('discovery tells what the directory declares, and another directory nothing of it', async () => {
  const { body: types } = await scim.get('/ResourceTypes');
  expect(types.Resources.map(({ name }: { name: string }) => name)).toEqual(['User', 'Group', 'Device']);
  expect(types.Resources[0].schemaExtensions).toContainEqual({ schema: BADGE_URN, required: false });
  const { body: device } = await scim.get('/ResourceTypes/Device');
  expect(device).toMatchObject({ endpoint: '/Devices', schema: DEVICE_URN });
  expect(device.schemaExtensions).toEqual([{ schema: LEASE_URN, required: true }]);
  const { body: schemas } = await scim.get('/Schemas');
  const ids = schemas.Resources.map(({ id }: { id: string }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
  expect(ids).toEqual(expect.arrayContaining([DEVICE_URN, LEASE_URN, BADGE_URN]));
  const { body: schema } = await scim.get(`/Schemas/${DEVICE_URN}`);
  expect(schema.attributes.map(({ name }: { name: string }) => name).slice(0, 2)).toEqual(['externalId', 'serial']);
  expect(JSON.stringify(schema)).not.toContain('indexed');
  const other = await scim.ingest().addDirectory();
  expectRefusal(await scim.call('get', '/Devices', undefined, other), 404);
  expectRefusal(await scim.call('get', `/Schemas/${DEVICE_URN}`, undefined, other), 404);
  expect((await scim.call('get', '/ResourceTypes', undefined, other)).body.totalResults).toBe(2);
});

test('a resource is created, read, replaced, modified and deleted', async () => {
  const made = await scim.call('post', '/Devices', phone({ externalId: 'e', tags: ['a'] }));
  expect([made.status, made.headers['location']]).toEqual([201, made.body.meta.location]);
  expect(made.body.meta.location).toMatch(new RegExp(`/Devices/${made.body.id}$`));
  expect(made.body.schemas).toEqual([DEVICE_URN, LEASE_URN]);
  const path = `/Devices/${made.body.id}`;
  expect((await scim.get(path)).body).toEqual(made.body);
  expect((await scim.get(path).set('if-none-match', 'W/"1"')).status).toBe(304);
  const replaced = await scim.call('put', path, phone({ model: 'phone' }));
  expect(replaced.body).toMatchObject({ serial: 'S-1', model: 'phone', meta: { version: 'W/"2"' } });
  expect(replaced.body).not.toHaveProperty('tags');
  const modified = await scim.patch(path, { op: 'add', path: 'tags', value: ['b'] });
  expect([modified.status, modified.body.tags, modified.headers['etag']]).toEqual([200, ['b'], 'W/"3"']);
  expectRefusal(await scim.patch(path, { op: 'remove', path: 'tags' }).set('if-match', 'W/"1"'), 412);
  expectRefusal(await scim.get(`/Users/${made.body.id}`), 404);
  expect((await scim.call('delete', path)).status).toBe(204);
  expectRefusal(await scim.get(path), 404);
  expect((await scim.events()).map(({ type }) => type)).toEqual([
    'directory.activated',
    'resource.created',
    'resource.updated',
    'resource.updated',
    'resource.deleted',
  ]);
});

test('a unique value is taken once in a type, whatever its case, and free when its bearer is gone', async () => {
  const first = await createPhone('S-1', { parts: [{ value: 'P' }] });
  const second = await createPhone('S-2');
  expectRefusal(await scim.call('post', '/Devices', phone({ serial: 's-1' })), 409, 'uniqueness');
  expectRefusal(
    await scim.patch(`/Devices/${second}`, { op: 'add', path: 'parts', value: [{ value: 'P' }] }),
    409,
    'uniqueness',
  );
  const badge = (number: string) => ({ schemas: [USER, BADGE_URN], [BADGE_URN]: { number } });
  await scim.createUser('ann', badge('B-7'));
  expectRefusal(await scim.call('post', '/Users', { userName: 'bob', ...badge('b-7') }), 409, 'uniqueness');
  await scim.call('delete', `/Devices/${first}`);
  await createPhone('s-1', { parts: [{ value: 'P' }] });
});

test('32 creates of one unique value at once: one is made', async () => {
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) => scim.call('post', '/Devices', phone({ serial: index % 2 ? 'X' : 'x' }))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 31 }, () => 409)]);
});

test('an immutable value is set once', async () => {
  const id = await createPhone('S-1');
  const path = `/Devices/${id}`;
  expectRefusal(await scim.call('put', path, phone({ serial: 'S-2' })), 400, 'mutability');
  expectRefusal(await scim.patch(path, { op: 'replace', path: 'serial', value: 'S-2' }), 400, 'mutability');
  expect((await scim.call('put', path, phone({ site: { code: 'A' } }))).body.site).toEqual({ code: 'A' });
  expect((await scim.call('put', path, phone())).body.site).toEqual({ code: 'A' });
  expectRefusal(await scim.call('put', path, phone({ site: { code: 'B' } })), 400, 'mutability');
});

test('a required extension has to be there', async () => {
  expectRefusal(await scim.call('post', '/Devices', { serial: 'S-1' }), 400, 'invalidValue');
  const id = await createPhone('S-1');
  expectRefusal(await scim.call('put', `/Devices/${id}`, { serial: 'S-1' }), 400, 'invalidValue');
  expectRefusal(await scim.patch(`/Devices/${id}`, { op: 'remove', path: LEASE_URN }), 400, 'mutability');
});

test('lists are filtered, sorted, paged and searched; the base URL spans every type', async () => {
  for (const [serial, weight] of [
    ['a', 10],
    ['b', 9],
    ['c', 9.5],
  ] as const)
    await createPhone(serial, { weight });
  await scim.createUser('ann');
  expect(await serials('/Devices?sortBy=weight&sortOrder=descending')).toEqual(['a', 'c', 'b']);
  expect(await serials(`/Devices?filter=${encodeURIComponent('weight lt 10 and not (serial eq "B")')}`)).toEqual(['c']);
  expect(await serials(`/devices?filter=${encodeURIComponent(`${LEASE_URN}:lender sw "ba"`)}&count=2`)).toEqual([
    'a',
    'b',
  ]);
  expect(await serials('/Devices?startIndex=3')).toEqual(['c']);
  const first = (await scim.get('/Devices?cursor&count=2')).body;
  expect(await serials(`/Devices?cursor=${first.nextCursor}&count=2`)).toEqual(['c']);
  const search = { schemas: [message('SearchRequest')], filter: 'serial eq "b"', attributes: ['serial'] };
  const { body } = await scim.call('post', '/Devices/.search', search);
  expect(body.Resources).toEqual([{ schemas: [DEVICE_URN, LEASE_URN], id: expect.any(String), serial: 'b' }]);
  const all = (await scim.get('/')).body;
  expect([
    all.totalResults,
    all.Resources.map(({ meta }: { meta: { resourceType: string } }) => meta.resourceType),
  ]).toEqual([4, ['User', 'Device', 'Device', 'Device']]);
  const everywhere = { ...search, filter: 'serial sw "" or userName pr', attributes: [] };
  expect((await scim.call('post', '/.search', everywhere)).body.totalResults).toBe(4);
});

test('what is returned on request is shown to those who ask', async () => {
  const answer = await scim.call('post', '/Devices?attributes=notes', phone({ notes: 'n', pin: '1' }));
  const { id, schemas, ...shown } = answer.body;
  expect([schemas, shown]).toEqual([[DEVICE_URN, LEASE_URN], { notes: 'n' }]);
  expect((await scim.get(`/Devices/${id}`)).body).not.toHaveProperty('notes');
  expect((await scim.get(`/Devices/${id}?excludedAttributes=model`)).body).not.toHaveProperty('notes');
});

test('bulk creates resources of every type', async () => {
  const post = (path: string, bulkId: string, data: object) => ({ method: 'POST', path, bulkId, data });
  const { body } = await scim.call('post', '/Bulk', {
    schemas: [message('BulkRequest')],
    Operations: [
      post('/Devices', 'd', phone({ owner: 'bulkId:u' })),
      post('/Users', 'u', { userName: 'ann' }),
      post('/Robots', 'r', {}),
    ],
  });
  expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '201', '404']);
  const [device, user] = body.Operations.map(({ location }: { location?: string }) => location?.split('/').at(-1));
  expect((await scim.get(`/Devices/${device}`)).body.owner).toBe(user);
});

test('only users and groups can be members of groups', async () => {
  const id = await createPhone('S-1');
  const group = await scim.createGroup('Staff');
  const answer = await scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: scim.members([id]) });
  expectRefusal(answer, 400, 'invalidValue');
  expect(answer.body.detail).toContain('is a Device');
});

test('paths that the directory does not have are refused as SCIM', async () => {
  expectRefusal(await scim.get('/Robots'), 404);
  expectRefusal(await scim.call('post', '/Robots/.search', {}), 404);
  expectRefusal(await scim.call('post', '/Schemas', {}), 405);
  expectRefusal(await scim.call('put', '/Devices', {}), 405);
  expectRefusal(await scim.call('post', '/Devices/1', {}), 405);
});

test('events tell the extensions of a user under custom', async () => {
  await scim.createUser('ann', { [BADGE_URN]: { number: '7' } });
  expect((await scim.events()).at(-1)?.data).toMatchObject({ custom: { [BADGE_URN]: { number: '7' } } });
});

test('what is declared is in force within 3 s, and attributes that are new are kept from then on', async () => {
  const id = await createPhone('S-1', { vendor: 'V' });
  const [device, ...others] = DECLARATIONS.schemas;
  const vendor = { ...device?.attributes.find(({ name }) => name === 'model'), name: 'vendor' };
  const schemas = [{ ...device, attributes: [...(device?.attributes ?? []), vendor] }, ...others];
  await scim.ingest().declare(scim.directory().id, { ...DECLARATIONS, schemas } as typeof DECLARATIONS);
  expect((await scim.get(`/Devices/${id}`)).body).not.toHaveProperty('vendor');
  const added = await scim.patch(`/Devices/${id}`, { op: 'add', path: 'vendor', value: 'V' });
  expect(added.body.vendor).toBe('V');
});
