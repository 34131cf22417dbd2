import request from 'supertest';
import { startReceiver } from '../../services/cli/demo/receiver.js';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { eventually } from '../support/eventually.js';
import { startRollcall } from '../support/rollcall.js';
import { message } from '../support/scim-client.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const DEVICE = 'urn:example:params:scim:schemas:Device';
const KEY = 'the-key-of-the-operator';

test('a declared resource type lives as the built-in ones do, from its declaration to its webhook', async () => {
  const rollcall = startRollcall(['standalone'], {
    ROLLCALL_DATA_DIR: temporaryFolder(),
    ROLLCALL_ADMIN_KEY: KEY,
    ROLLCALL_PORT: '0',
  });
  const [, url = ''] = await rollcall.saw(/Rollcall is at (http:\/\/\S+)/);
  const call =
    (token: string) => (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object) => {
      const sent = request(path.startsWith('/') ? url : '')
        [method](path)
        .set('authorization', `Bearer ${token}`);
      return body === undefined ? sent : sent.set('content-type', 'application/json').send(JSON.stringify(body));
    };
  const admin = call(KEY);

  const { body: organization } = await admin('post', '/v1/organizations', { name: 'Acme' }).expect(201);
  const { body: directory } = await admin('post', '/v1/directories', {
    organizationId: organization.id,
    name: 'Devices',
  }).expect(201);
  const receiver = await startReceiver(() => undefined);
  const subscription = { url: receiver.url, eventTypes: ['resource.created', 'resource.updated', 'resource.deleted'] };
  receiver.trust((await admin('post', '/v1/endpoints', subscription).expect(201)).body.secret);

  const home = `/v1/directories/${directory.id}`;
  const serial = { name: 'serial', required: true, uniqueness: 'server' };
  await admin('put', `${home}/schemas/${DEVICE}`, { name: 'Device', attributes: [serial, { name: 'colour' }] }).expect(
    201,
  );
  await admin('put', `${home}/resource-types/Device`, { endpoint: '/Devices', schema: DEVICE }).expect(201);

  const base = new URL(directory.scimBaseUrl).pathname;
  const provider = call(directory.token);
  const scim = (method: Parameters<typeof provider>[0], path: string, body?: object) =>
    provider(method, base + path, body);
  expect((await scim('get', '/ResourceTypes/Device')).body).toMatchObject({ endpoint: '/Devices', schema: DEVICE });
  expect((await scim('get', `/Schemas/${DEVICE}`)).body.attributes).toContainEqual(
    expect.objectContaining({ ...serial, type: 'string', caseExact: false }),
  );

  const phone = { schemas: [DEVICE], serial: 'S-1', externalId: 'ext-1' };
  const { body: made } = await scim('post', '/Devices', phone).expect(201);
  expect(made.meta).toMatchObject({ resourceType: 'Device', location: expect.stringContaining(`/Devices/${made.id}`) });
  expect((await scim('post', '/Devices', { ...phone, serial: 's-1' }).expect(409)).body.scimType).toBe('uniqueness');
  const found = await scim('get', `/Devices?filter=${encodeURIComponent('serial eq "s-1"')}`).expect(200);
  expect(found.body.Resources).toEqual([made]);
  const Operations = [{ op: 'add', path: 'colour', value: 'red' }];
  const { body: painted } = await scim('patch', `/Devices/${made.id}`, { schemas: [message('PatchOp')], Operations });
  expect(painted).toMatchObject({ serial: 'S-1', colour: 'red', meta: { version: 'W/"2"' } });
  await scim('delete', `/Devices/${made.id}`).expect(204);

  await eventually('three webhooks have arrived', () => receiver.arrivals.length >= 3, 30_000);
  await receiver.close();
  expect(receiver.arrivals.every(({ isVerified }) => isVerified)).toBe(true);
  const events = receiver.arrivals.map(({ body }): DirectoryEvent => JSON.parse(body));
  const data = {
    id: made.id,
    directoryId: directory.id,
    organizationId: organization.id,
    resourceType: 'Device',
    externalId: 'ext-1',
    attributes: { serial: 'S-1' },
    version: 1,
    createdAt: made.meta.created,
    updatedAt: made.meta.created,
  };
  const updated = {
    ...data,
    attributes: { serial: 'S-1', colour: 'red' },
    version: 2,
    updatedAt: painted.meta.lastModified,
  };
  expect(events).toEqual([
    expect.objectContaining({ type: 'resource.created', seq: 2, data }),
    expect.objectContaining({ type: 'resource.updated', data: updated, previous: { attributes: { colour: null } } }),
    expect.objectContaining({ type: 'resource.deleted', data: updated }),
  ]);
  expect(await rollcall.kill('SIGTERM')).toBe(0);
}, 120_000);
