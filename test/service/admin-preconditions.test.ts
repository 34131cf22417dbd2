import { expectProblem, newDirectory, newOrganization, openBench, type Bench } from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

interface Changeable {
  readonly url: string;
  readonly change: object;
}

async function newEndpoint(): Promise<string> {
  const { body } = await bench.post('/v1/endpoints', { url: 'https://app.example.com/webhooks' }).expect(201);
  return String(body.id);
}

const THINGS: readonly (readonly [string, () => Promise<Changeable>])[] = [
  [
    'an organization',
    async () => ({ url: `/v1/organizations/${await newOrganization(bench)}`, change: { name: 'B' } }),
  ],
  ['a directory', async () => ({ url: `/v1/directories/${(await newDirectory(bench)).id}`, change: { name: 'B' } })],
  ['an endpoint', async () => ({ url: `/v1/endpoints/${await newEndpoint()}`, change: { description: 'B' } })],
];

describe.each(THINGS)('If-Match on %s', (_what, make) => {
  test('a change is made of the version that was read, and of no other', async () => {
    const { url, change } = await make();
    const { headers } = await bench.get(url).expect(200);
    expect(headers['etag']).toBe('"1"');
    const changed = await bench.patch(url, change).set('if-match', '"1"').expect(200);
    expect(changed.headers['etag']).toBe('"2"');
    expectProblem(
      await bench.patch(url, change).set('if-match', '"1"'),
      412,
      'precondition-failed',
      /^What If-Match names has the ETag "2" by now/,
    );
    expect((await bench.get(url)).headers['etag']).toBe('"2"');
  });

  test('a deletion likewise', async () => {
    const { url, change } = await make();
    await bench.patch(url, change).expect(200);
    expectProblem(await bench.delete(url).set('if-match', '"1"'), 412, 'precondition-failed');
    await bench.get(url).expect(200);
    await bench.delete(url).set('if-match', '"2"').expect(204);
  });

  test('* is any version, a list one of several, and a weak tag still names its version', async () => {
    const { url, change } = await make();
    await bench.patch(url, change).set('if-match', '*').expect(200);
    await bench.patch(url, change).set('if-match', '"1", "2"').expect(200);
    await bench.patch(url, change).set('if-match', 'W/"3"').expect(200);
    await bench.delete(url).set('if-match', '*').expect(204);
  });

  test('what is no entity tag is refused', async () => {
    const { url, change } = await make();
    for (const tag of ['1', '"1', 'w/"1"', '"1" "2"', '*, "1"']) {
      expectProblem(await bench.patch(url, change).set('if-match', tag), 400, 'validation', /^if-match must be \*/);
    }
  });
});

test('a new thing answers with the tag of its first version', async () => {
  const created = await bench.post('/v1/organizations', { name: 'Acme' }).expect(201);
  expect(created.headers['etag']).toBe('"1"');
});

test('the mapping and the declarations of a directory have the version of the directory', async () => {
  const { id } = await newDirectory(bench);
  const url = `/v1/directories/${id}`;
  expect((await bench.get(`${url}/mapping`)).headers['etag']).toBe('"1"');
  const schema = { name: 'Device', attributes: [{ name: 'serialNumber' }] };
  const put = (tag: string) => bench.put(`${url}/schemas/urn:example:Device`, schema).set('if-match', tag);
  expect((await put('"1"').expect(201)).headers['etag']).toBe('"2"');
  expectProblem(await put('"1"'), 412, 'precondition-failed');
  expectProblem(
    await bench.put(`${url}/mapping`, { attributes: [] }).set('if-match', '"1"'),
    412,
    'precondition-failed',
  );
  expectProblem(
    await bench.delete(`${url}/schemas/urn:example:Device`).set('if-match', '"1"'),
    412,
    'precondition-failed',
  );
  await bench.delete(`${url}/schemas/urn:example:Device`).set('if-match', '"2"').expect(204);
});

test('a token is revoked in the version that is named, and revoking it again changes nothing', async () => {
  const { id } = await newDirectory(bench);
  const created = await bench.post(`/v1/directories/${id}/tokens`, {}).expect(201);
  const url = `/v1/directories/${id}/tokens/${String(created.body.id)}`;
  expectProblem(await bench.delete(url).set('if-match', '"9"'), 412, 'precondition-failed');
  await bench.delete(url).set('if-match', String(created.headers['etag'])).expect(204);
  await bench.delete(url).expect(204);
});

test('deleting a deleted directory again is no conflict, whatever its tag was', async () => {
  const { id } = await newDirectory(bench);
  await bench.delete(`/v1/directories/${id}`).set('if-match', '"1"').expect(204);
  await bench.delete(`/v1/directories/${id}`).set('if-match', '"1"').expect(204);
});
