import http from 'node:http';
import request from 'supertest';
import { pace } from '../../services/ingest/pace.js';
import { serve } from '../../shared/runtime/serve.js';
import { silent, startIngest, type IngestHarness } from '../support/ingest.js';
import { openSqlite } from '../support/stores.js';

/** A token bucket per directory, with Retry-After; another directory goes on. */

const WAITING_MAX = 5;

let ingest: IngestHarness;
let port: number;
let arrived: (userName: string) => void = () => undefined;
const stop = new AbortController();

type Directory = Awaited<ReturnType<IngestHarness['addDirectory']>>;

beforeAll(async () => {
  ingest = await startIngest(silent, openSqlite, { requestsPerSecond: 1 });
  const handler: http.RequestListener = (req, res) => {
    ingest.app(req, res);
    arrived(String(req.headers['user-agent']));
  };
  ({ port } = await serve(handler, 0, stop.signal));
});
afterAll(async () => {
  stop.abort();
  await ingest.store.close();
});

const create = ({ base, token }: Directory, userName: string): request.Test =>
  request(`http://127.0.0.1:${port}`).post(`${base}/Users`).auth(token, { type: 'bearer' }).send({ userName });

const userNames = async ({ id }: Directory): Promise<unknown[]> => {
  const users = await ingest.store.resources.list(id, 'User', undefined, { limit: 100 });
  return users.map(({ attributes }) => attributes['userName']);
};

test('what comes too fast waits for its turn, what would wait too long is told when to come back, and others go on', async () => {
  const [fast, other] = [await ingest.addDirectory(), await ingest.addDirectory()];
  await create(fast, 'at-once').expect(201);
  const sent = Array.from({ length: WAITING_MAX + 5 }, (_, number) => create(fast, `user-${number}`));
  const refused = await Promise.any(sent.map(refusalOf));
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(WAITING_MAX);
  expect(refused.body).toMatchObject({
    status: '429',
    detail: expect.stringMatching(/^More than 1 requests a second/),
  });
  await create(other, 'not-touched').expect(201);
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([201, 429]));
  const accepted = statuses.filter((status) => status === 201).length;
  expect(accepted).toBeGreaterThanOrEqual(WAITING_MAX);
  expect(await userNames(fast)).toHaveLength(1 + accepted);
}, 30_000);

const refusalOf = async (sent: request.Test): Promise<request.Response> => {
  const answer = await sent;
  if (answer.status !== 429) throw new Error('it was accepted');
  return answer;
};

test('what its client gave up while it waited is not carried out', async () => {
  const directory = await ingest.addDirectory();
  await create(directory, 'at-once').expect(201);
  const isThere = new Promise<void>(
    (resolve) =>
      (arrived = (agent) => {
        if (agent === 'impatient') resolve();
      }),
  );
  const { base, token } = directory;
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'impatient', 'content-type': 'application/json' };
  const impatient = http.request({ port, method: 'POST', path: `${base}/Users`, headers });
  impatient.on('error', () => undefined).end(JSON.stringify({ userName: 'given-up' }));
  await isThere;
  impatient.destroy();
  await create(directory, 'patient').expect(201);
  expect(await userNames(directory)).toEqual(['at-once', 'patient']);
}, 30_000);

test('a directory that was silent has a tenth of a second at once, however much it sends', () => {
  const limit = pace(200);
  const res = { locals: { directory: { id: 'burst' } }, destroyed: true };
  let started = 0;
  const send = () => void limit({} as never, res as never, () => (started += 1));
  for (let number = 0; number < 100; number += 1) send();
  expect(started).toBe(20);
});
