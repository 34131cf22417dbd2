import type { Change } from '../../shared/directory/commit.js';
import type { ResourceRow } from '../../shared/directory/resource.js';
import { newId } from '../../shared/runtime/ids.js';
import type { Attributes } from '../../shared/scim/attributes.js';
import { indexKeys } from '../../shared/scim/keys.js';
import { GROUP, USER } from '../../shared/scim/schemas/index.js';
import {
  commit,
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  rows,
  type Bench,
  type MadeDirectory,
} from './admin-support.js';

let bench: Bench;
beforeEach(async () => (bench = await openBench()));
afterEach(() => bench.close());

function resource(type: typeof USER, attributes: Attributes): ResourceRow {
  const times = { createdAt: bench.now, updatedAt: bench.now };
  return { id: newId(), type: type.name, version: 1, ...times, attributes, keys: indexKeys(type, attributes) };
}

async function join(directory: MadeDirectory, groupId: string, memberIds: readonly string[]): Promise<void> {
  const head = await bench.store.commits.head(directory.id);
  const changes = memberIds.map((memberId): Change => ({
    kind: 'join',
    membership: { groupId, memberId, memberType: 'User' },
  }));
  const place = { directoryId: directory.id, partition: directory.partition, number: head.number + 1 };
  await bench.store.commits.commit({ ...head, ...place, nonce: newId(), purgeAt: 0, changes, events: [] });
}

const values = async (url: string, field: string): Promise<unknown[]> =>
  rows(await bench.get(url).expect(200)).map((row) => row[field]);

test('users and groups are found by how they begin, whatever the case, and by their id', async () => {
  const directory = await newDirectory(bench);
  const ann = resource(USER, { userName: 'Ann@acme.example', emails: [{ value: 'first@acme.example' }] });
  const bob = resource(USER, {
    userName: 'bob@acme.example',
    externalId: '00uB',
    displayName: 'Élodie Marsh',
    emails: [{ value: 'Ann.B@x.example' }],
  });
  const group = resource(GROUP, { displayName: 'Engineering' });
  await commit(bench, directory, { resources: [ann, bob, group] });
  const users = (q: string) => values(`/v1/directories/${directory.id}/users?q=${encodeURIComponent(q)}`, 'userName');
  expect(await users('ANN')).toEqual(['Ann@acme.example', 'bob@acme.example']);
  expect(await users('ann@')).toEqual(['Ann@acme.example']);
  expect(await users('first@')).toEqual(['Ann@acme.example']);
  expect(await users('élo')).toEqual(['bob@acme.example']);
  expect(await users('00uB')).toEqual(['bob@acme.example']);
  expect(await users(bob.id)).toEqual(['bob@acme.example']);
  expect(await users('acme')).toEqual([]);
  const groups = (q: string) => values(`/v1/directories/${directory.id}/groups?q=${q}`, 'displayName');
  expect(await groups('eng')).toEqual(['Engineering']);
  expect(await groups(group.id)).toEqual(['Engineering']);
  expect(await groups(ann.id)).toEqual([]);
  const refuse = async (query: string, detail: RegExp) =>
    expectProblem(await bench.get(`/v1/directories/${directory.id}/users?${query}`), 400, 'validation', detail);
  await refuse('q=a&after=AAAA', /after is no cursor of this list/);
  await refuse('q=a&at=2029-01-01T00:00:00Z', /q looks at the present users/);
  await refuse('q=', /q must/);
});

test('what is searched has pages, and a page of another search is refused', async () => {
  const directory = await newDirectory(bench);
  const names = Array.from({ length: 7 }, (_, n) => `user-${n}`);
  const resources = names.map((userName) => resource(USER, { userName, displayName: userName, externalId: userName }));
  await commit(bench, directory, { resources });
  const url = `/v1/directories/${directory.id}/users`;
  const found: unknown[] = [];
  let after = '';
  for (let more = true; more;) {
    const { body } = await bench.get(`${url}?q=USER&limit=3${after}`).expect(200);
    found.push(...(body.data as { userName: string }[]).map(({ userName }) => userName));
    more = body.nextCursor !== null;
    after = `&after=${String(body.nextCursor)}`;
  }
  expect(found).toEqual(names);
  const { body } = await bench.get(`${url}?q=user&limit=3`).expect(200);
  const cursor = String(body.nextCursor);
  expectProblem(await bench.get(`${url}?q=other&after=${cursor}`), 400, 'validation', /comes from another search/);
  expectProblem(await bench.get(`${url}?after=${cursor}`), 400, 'validation', /is no cursor of this list/);
});

test('a user is read with its groups, and a group with its members, page by page', async () => {
  const directory = await newDirectory(bench);
  const users = Array.from({ length: 103 }, (_, n) => resource(USER, { userName: `u${n}`, displayName: `User ${n}` }));
  const [one, two] = [resource(GROUP, { displayName: 'One' }), resource(GROUP, { displayName: 'Two' })];
  await commit(bench, directory, { resources: [...users, one, two] });
  const ids = users.map(({ id }) => id).sort();
  const [first = ''] = ids;
  await join(directory, one.id, ids);
  await join(directory, two.id, [first]);
  const base = `/v1/directories/${directory.id}`;
  const { body: user } = await bench.get(`${base}/users/${first}`).expect(200);
  const groups = [one, two].map(({ id, attributes }) => ({ id, displayName: attributes['displayName'] }));
  expect(user).toMatchObject({ id: first, groupCount: 2, groups });
  const { body: group } = await bench.get(`${base}/groups/${one.id}`).expect(200);
  expect(group).toMatchObject({ id: one.id, displayName: 'One' });
  const { data, nextCursor } = group.members as { data: Record<string, unknown>[]; nextCursor: string };
  const rest = await bench.get(`${base}/groups/${one.id}/members?after=${nextCursor}`).expect(200);
  expect([...data, ...rows(rest)].map(({ id }) => id)).toEqual(ids);
  expect(data[0]).toMatchObject({ type: 'User', userName: 'u0', displayName: 'User 0' });
  expect(rest.body.nextCursor).toBeNull();
  for (const path of [`users/${one.id}`, `groups/${first}`, `groups/${newId()}/members`, `users/${newId()}`]) {
    expectProblem(await bench.get(`${base}/${path}`), 404, 'not-found');
  }
});

test('directories are found by their name, their organization and their id; organizations by name and id', async () => {
  const [acme, other] = [await newOrganization(bench, 'Acme Corporation'), await newOrganization(bench, 'Other')];
  const [one, two] = [await newDirectory(bench, acme), await newDirectory(bench, other)];
  const ids = (query: string) => values(`/v1/${query}`, 'id');
  expect(await ids('directories?q=CORP')).toEqual([one.id]);
  expect(await ids('directories?q=okt')).toEqual([one.id, two.id]);
  expect(await ids(`directories?q=okt&organizationId=${other}`)).toEqual([two.id]);
  expect(await ids(`directories?q=${two.id}`)).toEqual([two.id]);
  expect(await ids('directories?q=nothing')).toEqual([]);
  expect(await ids('organizations?q=corp')).toEqual([acme]);
  expect(await ids(`organizations?q=${other}`)).toEqual([other]);
  const { body: page } = await bench.get('/v1/directories?q=okta&limit=1').expect(200);
  expect(await ids(`directories?q=okta&after=${String(page.nextCursor)}`)).toEqual([two.id]);
});
