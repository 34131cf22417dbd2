import { commit, expectProblem, newDirectory, openBench, rows, type Bench } from './admin-support.js';
import { newId } from '../../shared/runtime/ids.js';
import { ENTERPRISE_USER_URN } from '../../shared/scim/schemas/enterprise-user.js';

const URN = 'urn:example:params:scim:schemas:Device';
const device = { name: 'Device', attributes: [{ name: 'serial', uniqueness: 'server' }] };
const serial = {
  name: 'serial',
  type: 'string',
  multiValued: false,
  description: '',
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'server',
};

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const home = async (): Promise<string> => `/v1/directories/${(await newDirectory(bench)).id}`;
const fields = (answer: { body: { errors: { field: string }[] } }): string[] =>
  answer.body.errors.map(({ field }) => field);

describe('schemas', () => {
  test('are declared, read, declared anew and deleted', async () => {
    const url = await home();
    const shown = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: URN,
      name: 'Device',
      description: '',
      attributes: [serial],
    };
    expect((await bench.put(`${url}/schemas/${URN}`, device).expect(201)).body).toEqual(shown);
    expect((await bench.get(`${url}/schemas/${URN.toUpperCase()}`).expect(200)).body).toEqual(shown);
    expect((await bench.get(`${url}/schemas`).expect(200)).body).toEqual({ data: [shown], nextCursor: null });
    const again = { ...shown, description: 'A device.', meta: { resourceType: 'Schema' } };
    expect((await bench.put(`${url}/schemas/${URN}`, again).expect(200)).body.description).toBe('A device.');
    await bench.delete(`${url}/schemas/${URN}`).expect(204);
    expectProblem(await bench.get(`${url}/schemas/${URN}`), 404, 'not-found', /no schema/);
    expectProblem(await bench.delete(`${url}/schemas/${URN}`), 404, 'not-found', /no schema/);
  });

  test('have the defaults of RFC 7643 section 2.2, and what follows from the type and the mutability', async () => {
    const attributes = [
      { name: 'a', type: 'reference' },
      { name: 'b', type: 'binary', caseExact: false },
      { name: 'c', type: 'integer', caseExact: true },
      { name: 'd', mutability: 'writeOnly' },
      { name: 'e', type: 'complex', subAttributes: [{ name: 'f', caseExact: true }] },
    ];
    const { body } = await bench.put(`${await home()}/schemas/${URN}`, { name: 'Thing', attributes }).expect(201);
    expect(body.attributes).toMatchObject([
      { caseExact: true, returned: 'default' },
      { caseExact: true },
      { caseExact: false },
      { mutability: 'writeOnly', returned: 'never' },
      { subAttributes: [{ type: 'string', caseExact: true, mutability: 'readWrite' }] },
    ]);
  });

  test('that are wrong are told field by field', async () => {
    const url = `${await home()}/schemas`;
    const attributes = [{ name: 'a', typ: 'string', mutability: 'sometimes' }, { name: 7 }];
    const shape = await bench.put(`${url}/${URN}`, { attributes, id: 'urn:example:other' });
    expectProblem(shape, 400, 'validation');
    expect(fields(shape).sort()).toEqual(['attributes.0.mutability', 'attributes.0.typ', 'attributes.1.name', 'name']);
    const nested = { name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex', subAttributes: [[]] }] };
    const meaning = await bench.put(`${url}/${URN}`, {
      ...device,
      attributes: [nested, { name: 'id' }, { name: 'A' }],
    });
    expectProblem(meaning, 400, 'validation', /RFC 7643 section 2.3.8/);
    expect(fields(meaning)).toEqual(['attributes.2.name', 'attributes.0.subAttributes.0.type', 'attributes.1.name']);
    expectProblem(
      await bench.put(`${url}/${URN}`, { ...device, id: 'urn:example:other' }),
      400,
      'validation',
      /^id must be/,
    );
    expectProblem(await bench.put(`${url}/Device`, device), 400, 'validation', /^id must be a URN/);
    expect((await bench.get(url)).body.data).toEqual([]);
  });
});

describe('resource types', () => {
  test('are declared beside User and Group, and deleted', async () => {
    const url = await home();
    const type = { endpoint: '/Devices', schema: URN };
    expectProblem(
      await bench.put(`${url}/resource-types/Device`, type),
      400,
      'validation',
      /^schema names no declared/,
    );
    await bench.put(`${url}/schemas/${URN}`, device).expect(201);
    const shown = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      ...{ id: 'Device', name: 'Device', description: '', ...type, schemaExtensions: [] },
    };
    expect((await bench.put(`${url}/resource-types/Device`, type).expect(201)).body).toEqual(shown);
    expect((await bench.put(`${url}/resource-types/Device`, { ...shown, meta: {} }).expect(200)).body).toEqual(shown);
    expect(rows(await bench.get(`${url}/resource-types`)).map(({ name }) => name)).toEqual(['User', 'Group', 'Device']);
    expectProblem(await bench.delete(`${url}/schemas/${URN}`), 409, 'conflict', /is used by Device/);
    await bench.delete(`${url}/resource-types/Device`).expect(204);
    expectProblem(await bench.get(`${url}/resource-types/Device`), 404, 'not-found');
    expectProblem(await bench.delete(`${url}/resource-types/Device`), 404, 'not-found');
    await bench.delete(`${url}/schemas/${URN}`).expect(204);
  });

  test('that are built in take extensions alone', async () => {
    const url = await home();
    await bench.put(`${url}/schemas/${URN}`, device).expect(201);
    const schemaExtensions = [{ schema: URN, required: true }];
    const own = { schema: ENTERPRISE_USER_URN, required: false };
    const user = await bench.put(`${url}/resource-types/User`, { schemaExtensions }).expect(200);
    expect(user.body).toMatchObject({ endpoint: '/Users', schemaExtensions: [own, ...schemaExtensions] });
    expect((await bench.get(`${url}/resource-types/User`)).body).toEqual(user.body);
    const moved = await bench.put(`${url}/resource-types/User`, { endpoint: '/People' });
    expectProblem(moved, 400, 'validation', /^endpoint must be "\/Users"/);
    expectProblem(await bench.delete(`${url}/resource-types/Group`), 409, 'conflict', /is built in and stays/);
    expect((await bench.put(`${url}/resource-types/User`, {}).expect(200)).body.schemaExtensions).toEqual([own]);
  });
});

test('what resources need stays: only descriptions, and what is new and optional, can change', async () => {
  const directory = await newDirectory(bench);
  const url = `/v1/directories/${directory.id}`;
  await bench.put(`${url}/schemas/${URN}`, device).expect(201);
  await bench.put(`${url}/resource-types/Device`, { endpoint: '/Devices', schema: URN }).expect(201);
  const row = { id: newId(), type: 'Device', version: 1, createdAt: 1, updatedAt: 1, attributes: {}, keys: [] };
  await commit(bench, directory, { resources: [row], counts: { Device: 1 } });
  const changed = { ...device, attributes: [{ name: 'serial', description: 'Its number.' }] };
  const answer = await bench.put(`${url}/schemas/${URN}`, changed);
  expectProblem(answer, 409, 'conflict', /serial would change its uniqueness.*resources \(1\)/);
  const more = { ...device, description: 'A device.', attributes: [...device.attributes, { name: 'colour' }] };
  await bench.put(`${url}/schemas/${URN}`, more).expect(200);
  expectProblem(await bench.delete(`${url}/resource-types/Device`), 409, 'conflict', /it would be removed/);
});

test('a directory that is not there, or no longer, declares nothing', async () => {
  const { id } = await newDirectory(bench);
  await bench.delete(`/v1/directories/${id}`).expect(204);
  expectProblem(await bench.put(`/v1/directories/${id}/schemas/${URN}`, device), 409, 'conflict', /is deleted/);
  expectProblem(await bench.put(`/v1/directories/${newId()}/schemas/${URN}`, device), 404, 'not-found', /no directory/);
  expectProblem(await bench.get(`/v1/directories/none/resource-types`), 404, 'not-found', /no directory/);
});
