import type { Commit } from '../../shared/directory/commit.js';
import type { GuardState } from '../../shared/directory/guard.js';
import { newId } from '../../shared/runtime/ids.js';
import { heldEvent, hold } from '../contract/store/suite/fixtures.js';
import {
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  rows,
  type Bench,
  type MadeDirectory,
} from './admin-support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** A directory that holds so many events, each about a user of its own. */
async function holding(count: number): Promise<MadeDirectory & { readonly url: string; readonly ids: string[] }> {
  const directory = await newDirectory(bench);
  const head = await bench.store.commits.head(directory.id);
  const held = Array.from({ length: count }, (_, index) => heldEvent(index + 1, `u${index + 1}`));
  const window = { since: bench.now, users: 40, removals: 6 };
  const since = bench.now;
  const guard: GuardState = {
    window: null,
    hold: { since, limit: 'maxUsers', maximum: 5, window, firstOrder: 1 },
    lastOrder: count,
    endedOrder: 0,
  };
  const place = { directoryId: directory.id, partition: directory.partition, nonce: newId(), purgeAt: since };
  const commit: Commit = { ...head, ...place, number: 1, at: since, guard, changes: held.map(hold), events: [] };
  expect(await bench.store.commits.commit(commit)).toBe('committed');
  return { ...directory, url: `/v1/directories/${directory.id}`, ids: held.map(({ id }) => id) };
}

const events = async ({ id }: MadeDirectory) => bench.store.events.ofDirectory(id, 0, 10_000);

describe("a directory's deletion guard", () => {
  test('is set when it is made, changed, and switched off', async () => {
    const deletionGuard = { maxUsers: 5, maxPercent: 10, windowMinutes: 60 };
    const organizationId = await newOrganization(bench);
    const made = await bench.post('/v1/directories', { organizationId, name: 'Okta', deletionGuard }).expect(201);
    expect(made.body.deletionGuard).toEqual(deletionGuard);
    const url = `/v1/directories/${made.body.id}`;
    expect((await bench.patch(url, { name: 'Entra' })).body.deletionGuard).toEqual(deletionGuard);
    const less = { maxUsers: 0, windowMinutes: 1 };
    expect((await bench.patch(url, { deletionGuard: less })).body.deletionGuard).toEqual(less);
    expect((await bench.patch(url, { deletionGuard: null })).body.deletionGuard).toBeNull();
  });

  test.each([
    [{ windowMinutes: 60 }, 'deletionGuard needs a limit: maxUsers, maxPercent or both.'],
    [{ maxUsers: 5 }, 'deletionGuard.windowMinutes must be an integer from 1 to 10080.'],
    [{ maxUsers: -1, windowMinutes: 60 }, 'deletionGuard.maxUsers must be an integer from 0 to 1000000.'],
    [{ maxPercent: 0.5, windowMinutes: 60 }, 'deletionGuard.maxPercent must be an integer from 1 to 100.'],
    [{ maxUsers: 5, windowMinutes: 60, per: 1 }, 'deletionGuard.per is no field here; leave it out.'],
    ['on', 'deletionGuard must be an object.'],
  ])('of %j is refused: %s', async (deletionGuard, detail) => {
    const { id } = await newDirectory(bench);
    expectProblem(await bench.patch(`/v1/directories/${id}`, { deletionGuard }), 400, 'validation', detail);
  });
});

describe('held events', () => {
  test('are listed in pages, with why they are held', async () => {
    const { url, ids } = await holding(5);
    const hold = { since: new Date(bench.now).toISOString(), events: 5, limit: 'maxUsers', maximum: 5, counted: 6 };
    expect((await bench.get(url)).body.hold).toEqual(hold);
    const first = await bench.get(`${url}/held?limit=3`).expect(200);
    expect(first.body.hold).toEqual(hold);
    const second = await bench.get(`${url}/held?limit=3&after=${first.body.nextCursor}`).expect(200);
    expect([...rows(first), ...rows(second)].map(({ id }) => id)).toEqual(ids);
    expect(second.body.nextCursor).toBeNull();
    expect(rows(first)[0]).toMatchObject({ order: 1, type: 'user.deleted', data: { id: 'u1' } });
    expectProblem(await bench.get(`${url}/held?after=%21`), 400, 'validation', /^after is no cursor/);
  });

  test('are released in as many commits as it takes, oldest first', async () => {
    const directory = await holding(1_100);
    expect((await bench.post(`${directory.url}/held/release`).expect(200)).body).toEqual({ released: 1_100 });
    const log = await events(directory);
    expect(log.slice(0, -1).map(({ id }) => id)).toEqual(directory.ids);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const last = log.at(-1);
    expect(JSON.parse(last?.body ?? '')).toMatchObject({ type: 'directory.released', data: { events: 1_100 } });
    expect((await bench.store.commits.head(directory.id)).number).toBe(4);
    expect((await bench.get(directory.url)).body.hold).toBeNull();
    expectProblem(await bench.post(`${directory.url}/held/release`), 409, 'conflict', /holds nothing/);
  });

  test('are discarded for good', async () => {
    const directory = await holding(7);
    expect((await bench.post(`${directory.url}/held/discard`).expect(200)).body).toEqual({ discarded: 7 });
    expect((await events(directory)).map(({ type }) => type)).toEqual(['directory.discarded']);
    expect(rows(await bench.get(`${directory.url}/held`))).toEqual([]);
    expectProblem(await bench.post(`${directory.url}/held/discard`), 409, 'conflict', /holds nothing/);
  });

  test('two operators at once release each event once', async () => {
    const directory = await holding(700);
    const answers = await Promise.all([1, 2].map(() => bench.post(`${directory.url}/held/release`)));
    const released = answers.map(({ status, body }) => (status === 200 ? Number(body.released) : 0));
    expect(released.reduce((sum, count) => sum + count)).toBe(700);
    expect((await events(directory)).slice(0, -1).map(({ id }) => id)).toEqual(directory.ids);
  });

  test('of an unknown directory are not there', async () => {
    const url = `/v1/directories/${newId()}/held`;
    expectProblem(await bench.get(url), 404, 'not-found');
    expectProblem(await bench.post(`${url}/release`), 404, 'not-found');
    expectProblem(await bench.post(`${url}/discard`), 404, 'not-found');
  });
});
