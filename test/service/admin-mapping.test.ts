import { createRemapper } from '../../services/admin/remap.js';
import { createWriter } from '../../services/ingest/writer.js';
import { compileMapping } from '../../shared/directory/mapping.js';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { newId } from '../../shared/runtime/ids.js';
import { ENTERPRISE_USER_URN } from '../../shared/scim/schemas/enterprise-user.js';
import { USER } from '../../shared/scim/schemas/index.js';
import { addMembers, create } from '../unit/directory/commands.js';
import { silent } from '../support/ingest.js';
import { expectProblem, newDirectory, openBench, rows, type Bench } from './admin-support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_USER_URN];
const byCostCenter = { to: 'department', from: `${ENTERPRISE_USER_URN}:costCenter` };
const SETTLED_MS = 5_000;

/** A directory with Ada, who has a cost center, Bob, who has none and a department, and a group with Bob in it. */
async function staffed() {
  const directory = await newDirectory(bench);
  const writer = createWriter({
    commits: bench.store.commits,
    clock: () => bench.now,
    newId,
    onCommit: () => undefined,
    onEvents: () => undefined,
  });
  const [ada, bob, group] = [newId(), newId(), newId()];
  const cost = { schemas, userName: 'ada', [ENTERPRISE_USER_URN]: { costCenter: 'R&D' } };
  const department = { schemas, userName: 'bob', [ENTERPRISE_USER_URN]: { department: 'Kitchen' } };
  await Promise.all(
    [
      create('User', ada, cost),
      create('User', bob, department),
      create('Group', group, { displayName: 'Cooks' }),
      addMembers(group, bob),
    ].map((command) => writer.submit(directory, command)),
  );
  const { lastSeq } = await bench.store.commits.head(directory.id);
  const url = `/v1/directories/${directory.id}`;
  const news = async (): Promise<DirectoryEvent[]> =>
    (await bench.store.events.ofDirectory(directory.id, lastSeq, 100)).map(
      ({ body }) => JSON.parse(body) as DirectoryEvent,
    );
  return { url, id: directory.id, ada, bob, group, news };
}

/** Another process, started when every one believes the new mapping, that ends when nothing is left to tell. */
async function remapped(): Promise<void> {
  bench.now += SETTLED_MS;
  await createRemapper({ ...bench.store, clock: () => bench.now, logger: silent }, new AbortController().signal).idle();
}

test('a directory begins without a mapping', async () => {
  const { id } = await newDirectory(bench);
  expect((await bench.get(`/v1/directories/${id}/mapping`)).body).toEqual({ attributes: [], roles: [], remap: null });
});

test('a preview shows stored users before and after, page by page, and changes nothing', async () => {
  const { url, ada, bob, group, news } = await staffed();
  const wanted = { attributes: [byCostCenter], roles: [{ groupId: group, role: 'cook' }] };
  const first = await bench.post(`${url}/mapping/preview?limit=1`, wanted).expect(200);
  expect(first.body).toMatchObject({
    counts: { users: 1, changed: 1 },
    data: [
      {
        id: ada,
        userName: 'ada',
        changed: ['department'],
        before: { department: null },
        after: { department: 'R&D', version: 1 },
      },
    ],
  });
  const next = await bench.post(`${url}/mapping/preview?limit=1&after=${first.body.nextCursor}`, wanted).expect(200);
  expect(next.body).toMatchObject({
    nextCursor: null,
    data: [{ id: bob, changed: ['department', 'roles'], after: { department: null, roles: [{ value: 'cook' }] } }],
  });
  expect((await bench.get(`${url}/mapping`)).body.attributes).toEqual([]);
  expect(await news()).toEqual([]);
});

test('a saved mapping holds in lists at once, and is told to each user that it changes, by another process if need be', async () => {
  const { url, ada, bob, group, news } = await staffed();
  const attributes = [{ to: 'custom.badge', from: 'externalId' }, byCostCenter];
  const wanted = { attributes: [byCostCenter], roles: [{ groupId: group, role: 'cook' }] };
  const saved = await bench.put(`${url}/mapping`, wanted).expect(200);
  expect(saved.body).toMatchObject({ ...wanted, remap: { users: 0 } });
  expect(rows(await bench.get(`${url}/users`))).toMatchObject([
    { id: ada, department: 'R&D', roles: [], version: 1 },
    { id: bob, department: null, roles: [{ value: 'cook', type: 'group', primary: false }], version: 1 },
  ]);
  expectProblem(await bench.put(`${url}/mapping`, { attributes }), 409, 'conflict', /"remap" is null/);
  expect((await bench.put(`${url}/mapping`, wanted)).status).toBe(200);
  expect(await news()).toEqual([]);

  await remapped();
  const cause = { requestId: saved.headers['x-request-id'] };
  expect(await news()).toMatchObject([
    { type: 'user.updated', data: { id: ada, department: 'R&D', version: 2 }, previous: { department: null }, cause },
    { type: 'user.updated', data: { id: bob, version: 2 }, previous: { department: 'Kitchen', roles: [] }, cause },
  ]);
  expect((await bench.get(`${url}/mapping`)).body).toEqual({ ...wanted, remap: null });
  expect(rows(await bench.get(`${url}/users`))).toEqual((await news()).map(({ data }) => data));

  // Back again: as many events, and then none for a mapping that changes nobody.
  await bench.put(`${url}/mapping`, {}).expect(200);
  await remapped();
  expect((await news()).slice(2).map((event) => 'previous' in event && event.previous)).toEqual([
    { department: 'R&D' },
    { department: null, roles: [{ value: 'cook', type: 'group', primary: false }] },
  ]);
  await bench.put(`${url}/mapping`, { attributes: [{ to: 'displayName', from: 'displayName' }] }).expect(200);
  await remapped();
  expect(await news()).toHaveLength(4);
});

test('the telling goes on behind its mark', async () => {
  const { url, id, ada, bob, group, news } = await staffed();
  await bench.put(`${url}/mapping`, { attributes: [{ to: 'title', from: 'userName' }] }).expect(200);
  const { directories } = bench.store.registry;
  const stored = await directories.get(id);
  if (!stored?.remap) throw new Error('Nothing is under way.');
  await directories.replace({ ...stored, version: stored.version + 1, remap: { ...stored.remap, afterId: ada } });
  await remapped();
  expect((await news()).map(({ data }) => 'id' in data && data.id)).toEqual([bob]);
  expect(group).toBeDefined();
});

test('a change that comes while others are written is decided by the mapping that its request found', async () => {
  const directory = await newDirectory(bench);
  const { commits } = bench.store;
  const rules = compileMapping({ attributes: [{ to: 'title', from: 'userName' }], roles: [] }, USER);
  let second: Promise<unknown> | undefined;
  const writer = createWriter({
    commits: {
      ...commits,
      async commit(one) {
        second ??= writer.submit({ ...directory, rules }, create('User', newId(), { userName: 'bob' }));
        return commits.commit(one);
      },
    },
    clock: () => bench.now,
    newId,
    onCommit: () => undefined,
    onEvents: () => undefined,
  });
  await writer.submit(directory, create('User', newId(), { userName: 'ada' }));
  await second;
  const events = await bench.store.events.ofDirectory(directory.id, 1, 10);
  expect(events.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    { data: { userName: 'ada', title: null } },
    { data: { userName: 'bob', title: 'bob' } },
  ]);
});

test('every mistake is named', async () => {
  const { url, ada, group } = await staffed();
  const answer = await bench.put(`${url}/mapping`, {
    attributes: [
      { to: 'id', from: 'externalId' },
      { to: 'title', from: 'titel' },
    ],
    roles: [
      { groupId: ada, role: 'cook' },
      { groupId: group, role: 'cook' },
      { groupId: group, role: 'cook' },
    ],
  });
  expectProblem(answer, 400, 'validation');
  expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'attributes.0.to',
    'attributes.1.from',
    'roles.0.groupId',
    'roles.2',
  ]);
  const many = Array.from({ length: 51 }, (_, index) => ({ to: `custom.a${index}`, from: 'title' }));
  expectProblem(await bench.put(`${url}/mapping`, { attributes: many }), 400, 'validation', /at most 50/);
  expectProblem(await bench.get(`/v1/directories/${newId()}/mapping`), 404, 'not-found');
  await bench.delete(url).expect(204);
  expectProblem(await bench.put(`${url}/mapping`, {}), 409, 'conflict', /is deleted/);
});
