import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import {
  createSyncState,
  eventsApi,
  expressReceiver,
  fastifyReceiver,
  fetchReceiver,
  type DirectoryEvent,
  type ReceiverOptions,
  type WebhookEvent,
} from '../../shared/consumer/index.js';
import { exampleEvent } from '../../shared/events/example.js';
import { createSecret, createSigner } from '../../shared/webhooks/sign.js';
import { openManagement, type NewDirectory } from '../../services/cli/demo/management.js';
import { createSimulator } from '../../services/simulator/simulator.js';
import { eventually } from '../support/eventually.js';
import { startStandalone } from '../support/standalone.js';

/** The receivers of the consumer SDK, in the frameworks that they are for. */

const secret = createSecret();
const id = '0190a000-0000-7000-8000-000000000001';
const body = exampleEvent('user.created', id, '2026-01-31T09:30:00.000Z');
const signed = (): Record<string, string> => ({
  'content-type': 'application/json',
  ...createSigner([secret])(id, Math.floor(Date.now() / 1000), Buffer.from(body)),
});

type Send = (headers: Record<string, string>, text: string) => Promise<{ status: number; text: string }>;

const stops: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function listen(handler: http.RequestListener): Promise<Send> {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => server.close());
  return sendTo((server.address() as AddressInfo).port);
}

const sendTo =
  (port: number): Send =>
  async (headers, text) => {
    const answer = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', headers, body: text });
    return { status: answer.status, text: await answer.text() };
  };

const silenced: express.ErrorRequestHandler = (_error, _req, res, _next) => void res.sendStatus(500);

const FRAMEWORKS: Readonly<Record<string, (options: ReceiverOptions) => Promise<Send>>> = {
  Express: (options) => listen(express().post('/webhooks', expressReceiver(options)).use(silenced)),
  'Express behind express.raw': (options) =>
    listen(
      express()
        .post('/webhooks', express.raw({ type: '*/*' }), expressReceiver(options))
        .use(silenced),
    ),
  'node:http': (options) => {
    const receive = expressReceiver(options);
    return listen((req, res) => void receive(req, res).catch(() => undefined));
  },
  Fastify: async (options) => {
    const app = fastify();
    await app.register(fastifyReceiver('/webhooks', options));
    await app.listen({ port: 0, host: '127.0.0.1' });
    stops.push(() => app.close());
    return sendTo((app.server.address() as AddressInfo).port);
  },
  'the Fetch API': async (options) => {
    const receive = fetchReceiver(options);
    return async (headers, text) => {
      const request = new Request('http://host/webhooks', { method: 'POST', headers, body: text });
      const answer = await receive(request).catch(() => new Response(null, { status: 500 }));
      return { status: answer.status, text: await answer.text() };
    };
  },
};

test.each(Object.entries(FRAMEWORKS))(
  '%s: 204 for what is believed and handled, 400 and 500 else',
  async (_name, start) => {
    const events: WebhookEvent[] = [];
    const send = await start({ secret, onEvent: (event) => void events.push(event) });
    expect(await send(signed(), body)).toEqual({ status: 204, text: '' });
    expect(events).toEqual([JSON.parse(body)]);
    const forged = await send({ ...signed(), 'webhook-id': 'another' }, body);
    expect(forged).toEqual({ status: 400, text: expect.stringContaining('No signature fits') as string });
    expect(events).toHaveLength(1);
  },
);

test.each(Object.entries(FRAMEWORKS))(
  '%s: an error of the application is a 500, so that it is sent again',
  async (_name, start) => {
    const send = await start({
      secret,
      onEvent: () => {
        throw new Error('the database is away');
      },
    });
    expect(await send(signed(), body)).toMatchObject({ status: 500 });
  },
);

test('a body that was parsed before is refused with what to do', async () => {
  let said: unknown;
  const send = await listen(
    express()
      .use(express.json())
      .post('/webhooks', expressReceiver({ secret, onEvent: () => undefined }))
      .use(((error, _req, res, _next) => {
        said = error;
        res.sendStatus(500);
      }) satisfies express.ErrorRequestHandler),
  );
  await send(signed(), body);
  expect(String(said)).toContain('put the webhook route before express.json()');
});

const provision = ({ scimBaseUrl: baseUrl, token }: NewDirectory, users: number, groups: number) =>
  createSimulator({ baseUrl, token, provider: 'okta', users, groups, seed: 1 }).run();

/** Names of users, by their ids. */
function keepUser(users: Map<string, string>, event: WebhookEvent): void {
  if (event.type === 'user.deleted') users.delete(event.data.id);
  else if (event.type === 'user.created' || event.type === 'user.updated')
    users.set(event.data.id, event.data.userName);
}

test('a receiver that loses every third webhook has all users after a repair from the Events API', async () => {
  const rollcall = await startStandalone();
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const users = new Map<string, string>();
  const apply = (event: WebhookEvent): void => keepUser(users, event);
  const state = createSyncState({ fetchEvents: eventsApi({ url: rollcall.url, adminKey: rollcall.adminKey }) });
  const arrived = new Set<number>();
  let endpointSecret = '';
  const app = express().post('/webhooks', (req, res, next) => {
    const onEvent = async (event: WebhookEvent): Promise<void> => {
      arrived.add(event.seq ?? 0);
      if ((event.seq ?? 0) % 3 !== 0) await state.handle(event, apply);
    };
    void expressReceiver({ secret: endpointSecret, onEvent })(req, res, next);
  });
  const server = http.createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => server.close());
  const organization = await management.createOrganization('Acme');
  const { port } = server.address() as AddressInfo;
  endpointSecret = (await management.createEndpoint(`http://127.0.0.1:${port}/webhooks`)).secret;
  const directory = await management.createDirectory(organization, 'Directory', 'okta');
  const { id: directoryId } = directory;
  await provision(directory, 20, 3);
  const told = (await management.events(directoryId)).map((text) => JSON.parse(text) as DirectoryEvent);
  await eventually('every event has arrived', () => told.every(({ seq }) => arrived.has(seq)));

  const newest = told.at(-1);
  expect((await state.gaps(directoryId)).length).toBeGreaterThan(5);
  await state.repair(directoryId, apply);
  // What came last may be among the lost: nothing after it tells that it is missing.
  if (newest !== undefined) await state.handle(newest, apply);
  expect(await state.gaps(directoryId)).toEqual([]);
  const wanted = new Map<string, string>();
  told.forEach((event) => keepUser(wanted, event));
  expect([...users].sort()).toEqual([...wanted].sort());
  await rollcall.kill('SIGTERM');
});

test('afterSeq begins after an event of a directory, and is refused without one or beside a cursor', async () => {
  const rollcall = await startStandalone();
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const organization = await management.createOrganization('Acme');
  const directory = await management.createDirectory(organization, 'Directory', 'okta');
  const { id: directoryId } = directory;
  await provision(directory, 3, 1);
  const fetchEvents = eventsApi({ url: `${rollcall.url}/`, adminKey: rollcall.adminKey });
  expect((await fetchEvents(directoryId, 2)).map(({ seq }) => seq).slice(0, 3)).toEqual([3, 4, 5]);
  const get = async (query: string): Promise<string> => {
    const headers = { authorization: `Bearer ${rollcall.adminKey}` };
    return (await fetch(`${rollcall.url}/v1/events?${query}`, { headers })).text();
  };
  expect(await get('afterSeq=2')).toContain('afterSeq counts the events of one directory; name it in directoryId.');
  expect(await get(`directoryId=${directoryId}&after=x&afterSeq=2`)).toContain(
    'afterSeq and after both say where to begin',
  );
  expect(await get(`directoryId=${directoryId}&afterSeq=-1`)).toContain('afterSeq must be an integer from 0');
  await expect(eventsApi({ url: rollcall.url, adminKey: 'wrong' })(directoryId, 0)).rejects.toThrow('answered 401');
  await rollcall.kill('SIGTERM');
});
