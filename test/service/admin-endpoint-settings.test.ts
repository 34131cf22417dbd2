import { expectProblem, openBench, type Bench } from './admin-support.js';

/** In which order, and how fast, an endpoint is sent to. */

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

async function newEndpoint(settings: object = {}): Promise<{ id: string }> {
  const { body } = await bench.post('/v1/endpoints', { url: 'http://127.0.0.1:9/hook', ...settings }).expect(201);
  return body as { id: string };
}

test('endpoints say in which order and how fast they are sent to', async () => {
  const { id } = await newEndpoint({ ordering: 'none', rateLimit: { perSecond: 0.5 } });
  const url = `/v1/endpoints/${id}`;
  expect((await bench.get(url)).body).toMatchObject({ ordering: 'none', rateLimit: { perSecond: 0.5 } });
  expect((await bench.patch(url, { ordering: 'directory' })).body).toMatchObject({
    ordering: 'directory',
    rateLimit: { perSecond: 0.5 },
  });
  expect((await bench.patch(url, { rateLimit: null })).body).toMatchObject({
    ordering: 'directory',
    rateLimit: null,
  });
});

test('endpoints subscribe to patterns of types, and to data that passes a filter', async () => {
  const { id } = await newEndpoint({ eventTypes: ['user.*', 'group.deleted'], filter: 'department eq "Sales"' });
  const url = `/v1/endpoints/${id}`;
  const asked = { eventTypes: ['user.*', 'group.deleted'], filter: 'department eq "Sales"' };
  expect((await bench.get(url)).body).toMatchObject(asked);
  expect((await bench.patch(url, { description: 'x' })).body).toMatchObject(asked);
  expect((await bench.patch(url, { filter: null, eventTypes: ['*'] })).body).toMatchObject({
    filter: null,
    eventTypes: ['*'],
  });
});

test.each([
  [
    { filter: 'department = "x"' },
    'filter is not valid: The filter needs an operator after "department" (eq, ne, co, sw, ew, gt, ge, lt, le or pr), but there is "=" at character 12',
  ],
  [{ eventTypes: ['users.*'] }, 'did you mean user.*?'],
  [{ ordering: 'directry' }, 'ordering must be one of resource, none, directory; did you mean directory?'],
  [{ rateLimit: 5 }, 'rateLimit must be an object.'],
  [{ rateLimit: {} }, 'rateLimit.perSecond must be a number from 0.1 to 1000'],
  [{ rateLimit: { perSecond: 0 } }, 'rateLimit.perSecond must be a number from 0.1 to 1000'],
  [{ rateLimit: { perSecond: 1001 } }, 'rateLimit.perSecond must be a number from 0.1 to 1000'],
])('endpoints are refused with %j, with what is allowed', async (wrong, message) => {
  const { id } = await newEndpoint();
  expectProblem(await bench.patch(`/v1/endpoints/${id}`, wrong), 400, 'validation', message);
});
