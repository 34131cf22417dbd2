import fc from 'fast-check';
import { Registry } from 'prom-client';
import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { createFeed } from '../../services/admin/feed.js';
import { createAdminMetrics } from '../../services/admin/metrics.js';
import { adminKeyHash } from '../../shared/config/secrets.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { createDigest } from '../../shared/directory/digest.js';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { silent } from '../support/ingest.js';
import { startScimClient } from '../support/scim-client.js';
import { onEveryStore, openSqlite, type OpenStore } from '../support/stores.js';
import { INSTALLATION } from '../support/installation.js';
import { NO_WEB } from '../support/no-web.js';
import { KEY, sealer } from './admin-support.js';

/** Snapshots, digests and the past, of directories that are written over SCIM. */

let scim: ReturnType<typeof startScimClient>;
const admin = () => {
  const { store, clock } = scim.ingest();
  return createAdmin({
    ...store,
    sealer,
    publicUrl: 'https://directory.example.com',
    partitions: 1,
    web: NO_WEB,
    installation: INSTALLATION,
    adminKeyHash: adminKeyHash(KEY),
    requestsPerSecond: 100_000,
    trustedProxies: [],
    courier: createHttpCourier([], () => clock.now),
    allowCidrs: [],
    feed: createFeed(store.events, 1),
    metrics: createAdminMetrics(new Registry()),
    remap: () => undefined,
    stopping: new AbortController().signal,
    clock: () => clock.now,
    logger: silent,
  });
};
const get = (path: string) => request(admin()).get(`/v1${path}`).set('authorization', `Bearer ${KEY}`);
const home = (): string => `/directories/${scim.directory().id}`;

/** Gives the tests around it a client of the store. */
function useClient(open: OpenStore): void {
  const client = startScimClient(open);
  beforeAll(() => void (scim = client));
}

/** A mirror as a host application keeps it, from snapshots and events. */
interface Mirror {
  readonly users: Map<string, Record<string, unknown>>;
  readonly groups: Map<string, Record<string, unknown>>;
  readonly pairs: Set<string>;
}

const emptyMirror = (): Mirror => ({ users: new Map(), groups: new Map(), pairs: new Set() });

function applyEvent({ users, groups, pairs }: Mirror, event: DirectoryEvent): void {
  const unlink = (id: string): void => {
    for (const pair of pairs) if (pair.split(' ').includes(id)) pairs.delete(pair);
  };
  switch (event.type) {
    case 'user.created':
    case 'user.updated':
      users.set(event.data.id, event.data);
      break;
    case 'user.deleted':
      users.delete(event.data.id);
      unlink(event.data.id);
      break;
    case 'group.created':
    case 'group.updated':
      groups.set(event.data.id, event.data);
      break;
    case 'group.deleted':
      groups.delete(event.data.id);
      unlink(event.data.id);
      break;
    case 'group.members_added':
    case 'group.members_removed':
      groups.set(event.data.group.id, event.data.group);
      for (const { id } of event.data.members) {
        const pair = `${event.data.group.id} ${id}`;
        if (event.type === 'group.members_added') pairs.add(pair);
        else pairs.delete(pair);
      }
      break;
    default:
  }
}

async function readSnapshot(): Promise<{ seq: number; mirror: Mirror; footer: Record<string, unknown> }> {
  const answer = await get(`${home()}/snapshot`)
    .buffer(true)
    .parse((res, done) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => (text += chunk)).on('end', () => done(null, text));
    });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  const lines = String(answer.body)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const mirror = emptyMirror();
  const [header, footer] = [lines[0], lines.at(-1)];
  expect([header.kind, footer.kind, header.directoryId]).toEqual(['header', 'footer', scim.directory().id]);
  for (const line of lines) {
    if (line.kind === 'user') mirror.users.set(line.data.id, line.data);
    if (line.kind === 'group') mirror.groups.set(line.data.id, line.data);
    if (line.kind === 'members') for (const id of line.memberIds) mirror.pairs.add(`${line.groupId} ${id}`);
  }
  return { seq: header.seq, mirror, footer };
}

function digestOf({ users, groups, pairs }: Mirror): object {
  const digest = createDigest();
  for (const [id, { version }] of users) digest.resource('User', { id, version: Number(version) });
  for (const [id, { version }] of groups) digest.resource('Group', { id, version: Number(version) });
  for (const pair of pairs) {
    const [groupId = '', memberId = ''] = pair.split(' ');
    digest.membership({ groupId, memberId });
  }
  return digest.result();
}

/** In an order, and without the time of the last change where a later one has taken its place. */
const comparable = ({ users, groups, pairs }: Mirror): object => ({
  users: [...users.values()].map(({ updatedAt: _, ...data }) => data).sort(byId),
  groups: [...groups.values()].map(({ updatedAt: _, ...data }) => data).sort(byId),
  pairs: [...pairs].sort(),
});
const byId = (a: Record<string, unknown>, b: Record<string, unknown>): number =>
  String(a['id']) < String(b['id']) ? -1 : 1;

type Step = readonly [what: 'hire' | 'retitle' | 'fire' | 'found' | 'disband' | 'move', one: number, other: number];
const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Step[0]>('hire', 'hire', 'retitle', 'fire', 'found', 'disband', 'move', 'move', 'move'),
    fc.nat(5),
    fc.nat(5),
  ),
  { minLength: 5, maxLength: 25 },
);

/** Plays steps over SCIM; the same people and groups are met again by their place in the lists. */
function createPlay() {
  const [users, groups]: [string[], string[]] = [[], []];
  let count = 0;
  const pick = (list: string[], place: number): string | undefined => list[place % Math.max(1, list.length)];
  return async ([what, one, other]: Step): Promise<void> => {
    scim.tick();
    count += 1;
    const [user, group] = [pick(users, one), pick(groups, other)];
    if (what === 'hire') users.push(await scim.createUser(`user-${count}`, { title: 'Cook' }));
    else if (what === 'found') groups.push(await scim.createGroup(`=group-${count}`, ...users.slice(0, one)));
    else if (what === 'retitle' && user !== undefined) {
      await scim.patch(`/Users/${user}`, { op: 'replace', value: { title: `Cook ${count}`, active: one > 2 } });
    } else if (what === 'fire' && user !== undefined) {
      await scim.call('delete', `/Users/${user}`);
      users.splice(users.indexOf(user), 1);
    } else if (what === 'disband' && group !== undefined) {
      await scim.call('delete', `/Groups/${group}`);
      groups.splice(groups.indexOf(group), 1);
    } else if (what === 'move' && user !== undefined && group !== undefined) {
      const isIn = (await scim.memberIds(group)).includes(user);
      const path = isIn ? `members[value eq "${user}"]` : 'members';
      const operation = isIn ? { op: 'remove', path } : { op: 'add', path, value: scim.members([user]) };
      await scim.patch(`/Groups/${group}`, operation);
    }
  };
}

onEveryStore('the past of a directory', (open, runs) => {
  useClient(open);

  test('a snapshot is the state at its seq; with the later events it is the present state; digests agree', async () => {
    const property = fc.asyncProperty(steps, steps, async (before, meanwhile) => {
      await scim.newHome();
      const play = createPlay();
      for (const step of before) await play(step);
      // Writes go on while the snapshot is read.
      const [snapshot] = await Promise.all([
        readSnapshot(),
        (async () => {
          for (const step of meanwhile) await play(step);
        })(),
      ]);
      const events = await scim.events();
      const [told, expected] = [emptyMirror(), emptyMirror()];
      for (const event of events.slice(0, snapshot.seq)) applyEvent(expected, event);
      expect(comparable(snapshot.mirror)).toEqual(comparable(expected));
      expect(snapshot.footer).toEqual({ kind: 'footer', seq: snapshot.seq, ...digestOf(expected) });
      for (const event of events) applyEvent(told, event);
      for (const event of events.slice(snapshot.seq)) applyEvent(snapshot.mirror, event);
      // To the last change of each: every later one brings the time that the snapshot had to leave out.
      const sorted = (map: Mirror['users']): object[] => [...map.values()].sort(byId);
      expect(sorted(snapshot.mirror.users)).toEqual(sorted(told.users));
      expect(comparable(snapshot.mirror)).toEqual(comparable(told));
      expect((await get(`${home()}/digest`)).body).toEqual({ seq: events.length, ...digestOf(told) });
    });
    await fc.assert(property, { numRuns: runs(8, 4) });
  }, 120_000);

  test('the state at a past time is the state that was recorded then', async () => {
    const property = fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (todo, limit) => {
      await scim.newHome();
      const play = createPlay();
      const recorded: { at: number; mirror: Mirror }[] = [];
      for (const step of todo) {
        await play(step);
        const mirror = emptyMirror();
        for (const event of await scim.events()) applyEvent(mirror, event);
        recorded.push({ at: scim.ingest().clock.now, mirror });
      }
      for (const { at, mirror } of recorded) {
        const time = new Date(at).toISOString();
        const seen: Record<string, unknown>[] = [];
        for (let after = ''; ;) {
          const { body } = await get(`${home()}/users?at=${time}&limit=${limit}${after}`).expect(200);
          seen.push(...body.data);
          if (body.nextCursor === null) break;
          after = `&after=${body.nextCursor}`;
        }
        const users = new Map(seen.map((data) => [String(data['id']), data]));
        expect(seen.map(({ id }) => id)).toEqual([...mirror.users.keys()].sort());
        expect(comparable({ ...mirror, users })).toEqual(comparable(mirror));
      }
    });
    await fc.assert(property, { numRuns: runs(6, 3) });
  }, 120_000);
});

describe('an access report', () => {
  useClient(openSqlite);

  const report = (query: string) => get(`/organizations/${organization}/access-report?${query}`);
  let organization = '';
  let then = '';

  beforeAll(async () => {
    organization = '01900000-0000-7000-8000-000000000001';
    const record = { id: organization, version: 1, createdAt: 0, updatedAt: 0, name: 'Acme' };
    await scim.ingest().store.registry.organizations.insert(record);
  });
  beforeEach(async () => {
    const { registry } = scim.ingest().store;
    const { id } = scim.directory();
    const directory = await registry.directories.get(id);
    if (directory === undefined) throw new Error('no directory');
    // A record of its own, because an organization cannot be changed.
    await registry.directories.delete(id);
    await registry.directories.insert({ ...directory, organizationId: organization, name: 'Okta, "Berlin"' });
    const leaver = await scim.createUser('leaver', { displayName: '=HYPERLINK("x")', active: false });
    const group = await scim.createGroup('+Staff', leaver);
    then = new Date(scim.ingest().clock.now).toISOString();
    scim.tick();
    await scim.call('delete', `/Users/${leaver}`);
    await scim.call('delete', `/Groups/${group}`);
  });

  test('tells who was there, active or not, and in which groups, deleted since or not', async () => {
    const { body } = await report(`at=${then}&directoryId=${scim.directory().id}`).expect(200);
    expect(body).toMatchObject({ organizationId: organization, at: then });
    expect(body.data).toMatchObject([{ userName: 'leaver', active: false, groups: [{ displayName: '+Staff' }] }]);
  });

  test('as CSV has quotes where they belong, and no cell that is a formula', async () => {
    const { text, headers } = await report(`at=${then}&format=csv&directoryId=${scim.directory().id}`).expect(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const [head, line] = text.split('\r\n');
    expect(head).toBe('directoryId,directory,userId,userName,displayName,email,externalId,active,groups');
    expect(line).toMatch(
      /^[0-9a-f-]{36},"Okta, ""Berlin""",[0-9a-f-]{36},leaver,"'=HYPERLINK\(""x""\)",,,false,'\+Staff$/,
    );
  });

  test('cannot be of the future', async () => {
    const { status, body } = await report('at=2999-01-01T00:00:00Z');
    expect([status, body.detail]).toEqual([400, expect.stringMatching(/^at must not be later than now/)]);
  });
});
