import { request } from 'undici';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { eventually } from '../support/eventually.js';
import { setStage, type Stage } from '../support/provisioning.js';
import { startStandalone } from '../support/standalone.js';

/** A provider deletes 30 users of a directory that lets five go, and the process is killed while 25 are held and while they are released. */

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

test('five of 30 deletions are delivered, 25 are held, a hire flows on, and a release delivers all in order', async () => {
  const standalone = await startStandalone();
  const { url, adminKey } = standalone;
  const stage = await setStage(url, adminKey, 'okta');
  const { id, scimBaseUrl, token } = stage.directory;
  const send = async (bearer: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', to: string, body?: object) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const answer = await request(to, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.body.text();
    expect([text, answer.statusCode < 300]).toEqual([text, true]);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
  const manage = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) =>
    send(adminKey, method, `${url}/v1/directories/${id}${path}`, body);
  const hire = async (userName: string): Promise<string> =>
    String((await send(token, 'POST', `${scimBaseUrl}/Users`, { schemas: [USER], userName }))['id']);
  const restart = async (): Promise<void> => {
    await standalone.kill('SIGKILL');
    await standalone.start();
  };

  await manage('PATCH', '', { deletionGuard: { maxUsers: 5, windowMinutes: 60 } });
  const users: string[] = [];
  for (let n = 0; n < 30; n += 1) users.push(await hire(`user${n}@acme.example`));
  for (const user of users) await send(token, 'DELETE', `${scimBaseUrl}/Users/${user}`);
  const hired = await hire('hire@acme.example');
  await arrived(stage, 'user.created', hired);
  await eventually('directory.held', () => typesOf(stage).includes('directory.held'));
  expect(deletedIn(stage)).toEqual(users.slice(0, 5));
  const held = await manage('GET', '/held?limit=100');
  expect(held).toMatchObject({ hold: { events: 25, limit: 'maxUsers', maximum: 5, counted: 6 }, nextCursor: null });

  await restart();
  expect(await manage('GET', '')).toMatchObject({ hold: { events: 25 } });
  const cut = manage('POST', '/held/release').catch(() => undefined);
  await restart();
  await cut;
  if ((await manage('GET', ''))['hold'] !== null) await manage('POST', '/held/release');
  await eventually('directory.released', () => typesOf(stage).includes('directory.released'));
  await arrived(stage, 'user.deleted', users.at(-1) ?? '');
  await eventually('every deletion', () => new Set(deletedIn(stage)).size === 30);
  expect([...deletedIn(stage)].sort()).toEqual(users.toSorted());

  const log = eventsOf(stage).toSorted((a, b) => a.seq - b.seq);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  expect(log.flatMap(({ type, data }) => (type === 'user.deleted' ? [data.id] : []))).toEqual(users);
  for (const user of users) {
    const own = eventsOf(stage).filter(({ data }) => 'id' in data && data.id === user);
    expect(own.map(({ type }) => type)).toEqual(['user.created', 'user.deleted']);
  }
  await stage.receiver.close();
  expect(await standalone.kill('SIGTERM')).toBe(0);
}, 150_000);

/** What came, each event once, in the order of its first arrival. */
const eventsOf = ({ receiver }: Stage): DirectoryEvent[] =>
  [...new Set(receiver.arrivals.map(({ body }) => body))].map((body) => JSON.parse(body) as DirectoryEvent);

const typesOf = (stage: Stage): string[] => eventsOf(stage).map(({ type }) => type);

const deletedIn = (stage: Stage): string[] =>
  eventsOf(stage).flatMap(({ type, data }) => (type === 'user.deleted' ? [data.id] : []));

const arrived = (stage: Stage, type: string, id: string): Promise<unknown> =>
  eventually(`${type} of ${id}`, () =>
    eventsOf(stage).some((event) => event.type === type && 'id' in event.data && event.data.id === id),
  );
