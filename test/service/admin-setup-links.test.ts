import { newId } from '../../shared/runtime/ids.js';
import { expectProblem, newDirectory, openBench, rows, type Bench } from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const DAY_MS = 86_400_000;

test('a link is shown once, kept as a hash, and listed without what is in it', async () => {
  const { id: directoryId } = await newDirectory(bench);
  const made = await bench.post(`/v1/directories/${directoryId}/setup-links`).expect(201);
  expect(made.body).toEqual({
    ...{ id: made.body.id, directoryId, state: 'unopened', openedAt: null, sessionEndsAt: null, revokedAt: null },
    createdAt: new Date(bench.now).toISOString(),
    expiresAt: new Date(bench.now + 7 * DAY_MS).toISOString(),
    url: expect.stringMatching(/^https:\/\/directory\.example\.com\/setup#rcl_[\w-]{49}$/),
  });
  const { url, ...shown } = made.body;
  const listed = await bench.get(`/v1/directories/${directoryId}/setup-links`).expect(200);
  expect(listed.body).toEqual({ data: [shown], nextCursor: null });
  const audit = await bench.get(`/v1/audit?directoryId=${directoryId}`).expect(200);
  expect(rows(audit)[0]).toMatchObject({ action: 'setup_link.created', subject: { type: 'setup_link', id: shown.id } });
  const [, secret = ''] = String(url).split('#');
  const everything = JSON.stringify([
    await bench.store.registry.setupLinks.find({}, { limit: 10 }),
    audit.body,
    bench.logged,
  ]);
  expect(everything).not.toContain(secret);
});

test('a link is over when it expires or is revoked', async () => {
  const { id } = await newDirectory(bench);
  const links = `/v1/directories/${id}/setup-links`;
  const first = await bench.post(links, { expiresInSeconds: 300 }).expect(201);
  const second = await bench.post(links, {}).expect(201);
  bench.now += 299_999;
  const states = async () => rows(await bench.get(links).expect(200)).map(({ state }) => state);
  expect(await states()).toEqual(['unopened', 'unopened']);
  bench.now += 1;
  expect(await states()).toEqual(['over', 'unopened']);
  await bench.delete(`${links}/${second.body.id}`).expect(204);
  const [, revoked] = rows(await bench.get(links));
  bench.now += 1000;
  await bench.delete(`${links}/${second.body.id}`).expect(204);
  expect(rows(await bench.get(links))).toMatchObject([
    { id: first.body.id, state: 'over' },
    { ...revoked, state: 'over' },
  ]);
});

test.each([
  [{ expiresInSeconds: 299 }, 'must be an integer from 300 to 2592000'],
  [{ expiresInSeconds: 2_592_001 }, 'must be an integer from 300 to 2592000'],
  [{ expiresInSeconds: '3d' }, 'must be an integer from 300 to 2592000'],
])('a link with %j is refused', async (body, message) => {
  const { id } = await newDirectory(bench);
  const answer = await bench.post(`/v1/directories/${id}/setup-links`, body);
  expectProblem(answer, 400, 'validation');
  expect(answer.body.errors).toEqual([{ field: 'expiresInSeconds', message }]);
});

test('a link of another directory, or of none, is not there', async () => {
  const [one, other] = [await newDirectory(bench), await newDirectory(bench)];
  const { body } = await bench.post(`/v1/directories/${one.id}/setup-links`).expect(201);
  for (const url of [
    `/v1/directories/${other.id}/setup-links/${body.id}`,
    `/v1/directories/${one.id}/setup-links/${newId()}`,
  ]) {
    expectProblem(await bench.delete(url), 404, 'not-found', /^There is no set-up link/);
  }
  expect(rows(await bench.get(`/v1/directories/${other.id}/setup-links`))).toEqual([]);
  expectProblem(await bench.post(`/v1/directories/${newId()}/setup-links`), 404, 'not-found');
});

test('a deleted directory gets no links, and a directory has twenty at a time', async () => {
  const { id } = await newDirectory(bench);
  const links = `/v1/directories/${id}/setup-links`;
  for (let count = 0; count < 20; count += 1) await bench.post(links).expect(201);
  expectProblem(await bench.post(links), 409, 'conflict', /at most 20 set-up links at a time; revoke one first/);
  const [oldest] = rows(await bench.get(links));
  await bench.delete(`${links}/${String(oldest?.['id'])}`).expect(204);
  await bench.post(links).expect(201);
  await bench.delete(`/v1/directories/${id}`).expect(204);
  expectProblem(await bench.post(links), 409, 'conflict', /is deleted/);
});
