import { createServer, type Server } from 'node:http';
import { openManagement } from '../../services/cli/demo/management.js';
import { newId } from '../../shared/runtime/ids.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startStandalone } from '../support/standalone.js';

/** The way of a change, from the SCIM request to the attempts, as the API tells it of a real process. */

type Json = Record<string, unknown>;

let rollcall: Awaited<ReturnType<typeof startStandalone>>;
let receiver: Server;
let receiverUrl: string;
const received: string[] = [];
let answer = 500;

beforeAll(async () => {
  const port = await freePort();
  receiverUrl = `http://127.0.0.1:${port}/webhooks`;
  receiver = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      received.push(body);
      res.writeHead(answer).end('as you like');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
  rollcall = await startStandalone();
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await rollcall.kill('SIGTERM');
});

async function get(path: string, status = 200): Promise<{ text: string; body: Json }> {
  const response = await fetch(`${rollcall.url}/v1${path}`, {
    headers: { authorization: `Bearer ${rollcall.adminKey}` },
  });
  const text = await response.text();
  expect([path, response.status, text]).toEqual([path, status, text]);
  return { text, body: JSON.parse(text) as Json };
}

const items = async (path: string): Promise<Json[]> => (await get(path)).body['data'] as Json[];

test('an event is followed from its request to the attempts at each endpoint', async () => {
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const organizationId = await management.createOrganization('Acme');
  const { id: directoryId, scimBaseUrl, token } = await management.createDirectory(organizationId, 'Okta', 'okta');
  const endpoint = await management.createEndpoint(receiverUrl, ['user.created']);
  const created = await fetch(`${scimBaseUrl}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ann@acme.example' }),
  });
  const requestId = created.headers.get('x-request-id');
  const { id: userId } = (await created.json()) as { id: string };

  const delivery = await eventually('a first attempt', async () => {
    const [found] = await items(`/deliveries?endpointId=${endpoint.id}&status=retrying`);
    return found;
  });
  answer = 204;
  await fetch(`${rollcall.url}/v1/deliveries/${String(delivery['id'])}/retry`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rollcall.adminKey}`, 'content-type': 'application/json' },
    body: '{}',
  });
  await eventually('a delivery', async () => (await items('/deliveries?status=delivered')).length === 1);

  const eventId = String(delivery['eventId']);
  expect((await get(`/events/${eventId}`)).text).toBe(received[0]);
  const request = await eventually('the request in its log', async () => {
    const [found] = await items(`/directories/${directoryId}/requests`);
    return found;
  });
  expect(request).toMatchObject({ id: requestId, status: 201, events: [{ firstSeq: 1, lastSeq: 2 }] });
  expect((await get(`/events/${eventId}/trace`)).body).toMatchObject({
    event: { id: eventId, type: 'user.created', seq: 2, data: { id: userId }, cause: { requestId } },
    request,
    deliveries: [
      {
        id: delivery['id'],
        status: 'delivered',
        endpoint: { id: endpoint.id, url: receiverUrl },
        attempts: [
          { status: 500, error: expect.stringContaining('500'), response: 'as you like' },
          { status: 204, error: null },
        ],
      },
    ],
    hasMore: false,
  });
  const { body: told } = await get(`/directories/${directoryId}/requests/${String(requestId)}`);
  expect(told).toEqual({
    ...request,
    eventCount: 2,
    events: [
      { id: expect.any(String), type: 'directory.activated', seq: 1, resourceId: directoryId },
      { id: eventId, type: 'user.created', seq: 2, resourceId: userId },
    ],
  });
  await get(`/directories/${directoryId}/requests/${newId()}`, 404);
  await get(`/events/${newId()}`, 404);
  await get(`/events/${newId()}/trace`, 404);
});

test('of an operational event, the event and its deliveries are told', async () => {
  const management = openManagement(rollcall.url, rollcall.adminKey);
  await management.createEndpoint(receiverUrl, ['endpoint.disabled']);
  const other = await management.createEndpoint(receiverUrl, ['user.created']);
  await fetch(`${rollcall.url}/v1/endpoints/${other.id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${rollcall.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ enabled: false }),
  });
  const delivery = await eventually('it is told', async () => {
    const all = await items('/deliveries?status=delivered');
    return all.find(({ eventType }) => eventType === 'endpoint.disabled');
  });
  const path = `/events/${String(delivery['eventId'])}`;
  expect((await get(path)).text).toBe(received.at(-1));
  expect((await get(`${path}/trace`)).body).toMatchObject({
    event: { type: 'endpoint.disabled', seq: null, directoryId: null, data: { id: other.id } },
    request: null,
    deliveries: [{ id: delivery['id'] }],
  });
});
