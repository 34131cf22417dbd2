import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { ROUTES } from '../../services/admin/app.js';
import { openApi } from '../../services/admin/openapi/document.js';
import { apiPage, PAGE_POLICY } from '../../services/admin/openapi/page.js';
import { apiReference } from '../../services/admin/openapi/reference.js';
import { createSimulator } from '../../services/simulator/simulator.js';
import { eventually } from '../support/eventually.js';
import { issueCredential } from '../../shared/runtime/credentials.js';
import { freePort } from '../support/free-port.js';
import { answerProblems, document, examplesIn, operations, problemsAt, type Answer } from '../support/open-api.js';
import { startStandalone } from '../support/standalone.js';

/** The OpenAPI document, held against itself, against the routes, and against what a process answers. */

const PROBES = ['GET /healthz', 'GET /readyz', 'GET /metrics'];
const nameOf = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path.replace(/:(\w+)/g, '{$1}')}`;

test('every route is in the document, and the document has no other', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual([...ROUTES.map(nameOf), ...PROBES].sort());
});

test('operations have names of their own, a summary, and the parameters of their paths', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { name, operation } of operations) {
    expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^[A-Z][^.]+$/)]);
    const named = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const declared = operation.parameters.filter((parameter) => parameter.in === 'path').map((one) => one.name);
    expect([name, declared]).toEqual([name, named]);
  }
});

test('what is referred to is there, and everything that is there is referred to', () => {
  const text = JSON.stringify(document);
  const references = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, reference]) => reference));
  const { schemas, responses, headers } = document.components;
  const there = Object.entries({ schemas, responses, headers }).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => `components/${kind}/${name}`),
  );
  expect([...references].filter((reference) => !there.includes(String(reference)))).toEqual([]);
  // A 405 is of no operation.
  expect(there.filter((one) => !references.has(one))).toEqual(['components/responses/Problem405']);
});

test('every parameter and field of a request says what it is', () => {
  const untold = operations.flatMap(({ name, operation: { parameters } }) =>
    parameters.filter(({ description = '' }) => description === '').map((parameter) => `${name} ${parameter.name}`),
  );
  expect(untold).toEqual([]);
});

test('the examples are what their schemas say', () => {
  const examples = operations.flatMap(({ pointer, operation: { requestBody, responses } }) => [
    ...examplesIn(requestBody?.content, `${pointer}/requestBody`),
    ...Object.entries(responses).flatMap(([status, response]) =>
      '$ref' in response ? [] : examplesIn(response.content, `${pointer}/responses/${status}`),
    ),
  ]);
  expect(examples.length).toBeGreaterThan(70);
  expect(examples.flatMap(({ pointer, example }) => problemsAt(pointer, example))).toEqual([]);
});

test('docs/api.md is up to date (npm run docs)', () => {
  const file = path.join(__dirname, '../../docs/api.md');
  expect(readFileSync(file, 'utf8')).toBe(apiReference(openApi(ROUTES)));
});

test('the page loads nothing, runs no script, and names every operation', () => {
  const page = apiPage(openApi(ROUTES));
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=|src=/i);
  for (const { operation } of operations) expect(page).toContain(`<section id="${operation.operationId}">`);
  const [, style = ''] = /<style>([^]*)<\/style>/.exec(page) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(PAGE_POLICY).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
});

test('all but a few listed routes need an admin key', () => {
  const open = operations.filter(({ operation }) => operation.security.length === 0).map(({ name }) => name);
  expect(open.sort()).toEqual([...PROBES, 'GET /openapi.json', 'GET /docs', 'GET /schemas/events/{file}'].sort());
});

describe('what a process answers', () => {
  let rollcall: Awaited<ReturnType<typeof startStandalone>>;
  let receiver: Server;
  let receiverUrl: string;
  const covered = new Set<string>();

  beforeAll(async () => {
    rollcall = await startStandalone();
    const port = await freePort();
    receiverUrl = `http://127.0.0.1:${port}/webhooks`;
    receiver = createServer((_req, res) => res.writeHead(204).end());
    await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await rollcall.kill('SIGTERM');
  });

  /** What is taken from answers. */
  interface Told {
    readonly id: string;
    readonly scimBaseUrl: string;
    readonly token: string;
    readonly data: readonly Told[];
  }

  interface Asked {
    readonly body?: object;
    readonly headers?: Readonly<Record<string, string>>;
    readonly query?: string;
  }

  /** Asks, holds the answer against the document, and answers its JSON. */
  async function ask(status: number, name: string, ids: readonly string[] = [], asked: Asked = {}): Promise<Told> {
    const located = operations.find((one) => one.name === name);
    if (located === undefined) throw new Error(`${name}: there is no such operation`);
    const [method, template = ''] = name.split(' ');
    const left = [...ids];
    const path = template.replace(/\{\w+\}/g, () => encodeURIComponent(left.shift() ?? ''));
    const answer = await fetch(`${rollcall.url}${path}${asked.query ?? ''}`, {
      ...(method !== undefined && { method }),
      headers: {
        authorization: `Bearer ${rollcall.adminKey}`,
        ...(asked.body !== undefined && { 'content-type': 'application/json' }),
        ...asked.headers,
      },
      ...(asked.body !== undefined && { body: JSON.stringify(asked.body) }),
    });
    const read: Answer = { status: answer.status, headers: answer.headers, text: await answer.text() };
    expect([name, answer.status, read.text]).toEqual([name, status, read.text]);
    expect(answerProblems(located, read)).toEqual([]);
    if (status < 300) covered.add(name);
    return (
      answer.headers.get('content-type')?.startsWith('application/json') === true ? JSON.parse(read.text) : {}
    ) as Told;
  }
  const items = async (name: string, ids: readonly string[] = [], asked: Asked = {}): Promise<readonly Told[]> =>
    (await ask(200, name, ids, asked)).data;
  const first = async (...asked: Parameters<typeof items>): Promise<Told> => {
    const [found] = await items(...asked);
    if (found === undefined) throw new Error(`${asked[0]}: there is nothing`);
    return found;
  };

  test('is what the document says, of every operation', async () => {
    for (const probe of PROBES) await ask(200, probe);
    await ask(200, 'GET /openapi.json');
    await ask(200, 'GET /docs');
    await ask(200, 'GET /schemas/events/{file}', ['index.json']);
    await ask(200, 'GET /schemas/events/{file}', ['user.created.json']);

    const organization = await ask(201, 'POST /v1/organizations', [], { body: { name: 'Acme' } });
    const key = await ask(201, 'POST /v1/admin-keys', [], {
      body: { name: 'Reports', scopes: ['read'], organizationId: organization.id, expiresAt: '2099-01-31T09:30:00Z' },
      headers: { 'idempotency-key': 'once' },
    });
    await items('GET /v1/admin-keys');
    await ask(200, 'GET /v1/admin-keys/{id}', [key.id]);
    await ask(204, 'DELETE /v1/admin-keys/{id}', [key.id]);
    await items('GET /v1/organizations');
    await ask(200, 'GET /v1/organizations/{id}', [organization.id]);
    await ask(200, 'PATCH /v1/organizations/{id}', [organization.id], { body: { name: 'Acme & Co.' } });

    const settings = {
      provider: 'okta',
      deletionGuard: { maxUsers: 0, windowMinutes: 60 },
      allowedCidrs: ['127.0.0.0/8', '::1/128'],
      clientCertificates: [],
    };
    const body = { organizationId: organization.id, name: 'Okta', ...settings };
    const directory = await ask(201, 'POST /v1/directories', [], { body });
    const { id } = directory;
    await ask(200, 'GET /v1/directories/{id}', [id]);
    await items('GET /v1/directories/statistics', [], { query: `?ids=${id}&hours=2` });
    await items('GET /v1/directories', [], { query: `?organizationId=${organization.id}` });
    const endpoint = await ask(201, 'POST /v1/endpoints', [], {
      body: { url: receiverUrl, eventTypes: ['*'], headers: { 'x-api-key': 'k' }, rateLimit: { perSecond: 1000 } },
    });
    await createSimulator({
      ...{ baseUrl: directory.scimBaseUrl, token: directory.token, provider: 'okta' },
      ...{ users: 3, groups: 1, seed: 1, concurrency: 1 },
    }).run();
    const user = await first('GET /v1/directories/{id}/users', [id]);
    const group = await first('GET /v1/directories/{id}/groups', [id]);

    await ask(200, 'GET /v1/directories/{id}/users/{userId}', [id, user.id]);
    await ask(200, 'GET /v1/directories/{id}/groups/{groupId}', [id, group.id]);
    await items('GET /v1/directories/{id}/groups/{groupId}/members', [id, group.id]);
    await ask(200, 'GET /v1/directories/{id}/snapshot', [id]);
    await ask(200, 'GET /v1/directories/{id}/digest', [id]);
    const now = `?at=${new Date().toISOString()}`;
    await items('GET /v1/directories/{id}/users', [id], { query: now });
    await ask(200, 'GET /v1/organizations/{id}/access-report', [organization.id], { query: now });
    await ask(200, 'GET /v1/organizations/{id}/access-report', [organization.id], { query: `${now}&format=csv` });

    const mapping = { attributes: [{ to: 'title', from: 'nickName' }], roles: [{ groupId: group.id, role: 'admin' }] };
    await ask(200, 'POST /v1/directories/{id}/mapping/preview', [id], { body: mapping });
    await ask(200, 'PUT /v1/directories/{id}/mapping', [id], { body: mapping });
    await ask(200, 'GET /v1/directories/{id}/mapping', [id]);

    const urn = 'urn:example:params:scim:schemas:1.0:Device';
    const schema = { name: 'Device', attributes: [{ name: 'serialNumber', subAttributes: [] }] };
    const complex = { name: 'owner', type: 'complex', subAttributes: [{ name: 'value' }] };
    await ask(400, 'PUT /v1/directories/{id}/schemas/{urn}', [id, urn], { body: schema });
    const good = { name: 'Device', attributes: [{ name: 'serialNumber' }, complex] };
    await ask(201, 'PUT /v1/directories/{id}/schemas/{urn}', [id, urn], { body: good });
    await ask(200, 'PUT /v1/directories/{id}/schemas/{urn}', [id, urn], { body: good });
    await ask(200, 'GET /v1/directories/{id}/schemas/{urn}', [id, urn]);
    await items('GET /v1/directories/{id}/schemas', [id]);
    const type = { endpoint: '/Devices', schema: urn };
    await ask(201, 'PUT /v1/directories/{id}/resource-types/{name}', [id, 'Device'], { body: type });
    await ask(200, 'GET /v1/directories/{id}/resource-types/{name}', [id, 'Device']);
    await items('GET /v1/directories/{id}/resource-types', [id]);
    await ask(204, 'DELETE /v1/directories/{id}/resource-types/{name}', [id, 'Device']);
    await ask(204, 'DELETE /v1/directories/{id}/schemas/{urn}', [id, urn]);

    const token = await ask(201, 'POST /v1/directories/{id}/tokens', [id], { body: {} });
    await items('GET /v1/directories/{id}/tokens', [id]);
    await ask(204, 'DELETE /v1/directories/{id}/tokens/{tokenId}', [id, token.id]);

    const link = await ask(201, 'POST /v1/directories/{id}/setup-links', [id], { body: { expiresInSeconds: 3600 } });
    await items('GET /v1/directories/{id}/setup-links', [id]);
    await ask(204, 'DELETE /v1/directories/{id}/setup-links/{linkId}', [id, link.id]);

    await items('GET /v1/endpoints');
    await items('GET /v1/endpoints/statistics');
    await ask(200, 'GET /v1/endpoints/{id}', [endpoint.id]);
    await ask(200, 'POST /v1/endpoints/{id}/secret/rotate', [endpoint.id], { body: { overlapHours: 1 } });
    await ask(200, 'POST /v1/endpoints/{id}/test', [endpoint.id], { body: {} });

    const event = await first('GET /v1/events', [], { query: '?limit=3' });
    await ask(200, 'GET /v1/events/{id}', [event.id]);
    const delivered = `?endpointId=${endpoint.id}&status=delivered`;
    await eventually(
      'a delivery',
      async () => (await items('GET /v1/deliveries', [], { query: delivered })).length > 0,
    );
    const delivery = await first('GET /v1/deliveries', [], { query: delivered });
    await ask(200, 'GET /v1/deliveries/{id}', [delivery.id]);
    await items('GET /v1/deliveries/{id}/attempts', [delivery.id]);
    await ask(200, 'GET /v1/events/{id}/trace', [event.id]);
    await ask(202, 'POST /v1/deliveries/{id}/retry', [delivery.id]);
    await ask(202, 'POST /v1/events/{id}/replay', [event.id]);

    const erasure = await ask(202, 'POST /v1/directories/{id}/users/{userId}/erase', [id, user.id]);
    await items('GET /v1/erasures');
    await ask(200, 'GET /v1/erasures/{id}', [erasure.id]);
    await items('GET /v1/events', [], { query: `?directoryId=${id}` });
    await items('GET /v1/directories/{id}/held', [id]);
    await ask(200, 'POST /v1/directories/{id}/held/release', [id]);
    await ask(409, 'POST /v1/directories/{id}/held/discard', [id]);

    await ask(200, 'PATCH /v1/endpoints/{id}', [endpoint.id], { body: { enabled: false } });
    // A replay of a disabled endpoint waits.
    const replay = await ask(202, 'POST /v1/endpoints/{id}/replay', [endpoint.id], {
      body: { since: '2026-01-31T09:30:00Z' },
    });
    await ask(200, 'GET /v1/replays/{id}', [replay.id]);
    await items('GET /v1/replays');
    await ask(200, 'POST /v1/replays/{id}/cancel', [replay.id]);
    await ask(200, 'PATCH /v1/directories/{id}', [id], { body: { enabled: false } });
    await ask(204, 'DELETE /v1/endpoints/{id}', [endpoint.id]);
    await ask(204, 'DELETE /v1/directories/{id}', [id]);
    await ask(204, 'DELETE /v1/organizations/{id}', [organization.id]);
    await eventually(
      'the SCIM requests in their log',
      async () => (await items('GET /v1/directories/{id}/requests', [id])).length > 0,
    );
    const request = await first('GET /v1/directories/{id}/requests', [id]);
    await ask(200, 'GET /v1/directories/{id}/requests/{requestId}', [id, request.id]);
    await items('GET /v1/audit');
    await ask(200, 'GET /v1/audit', [], { query: '?format=ndjson' });
    await ask(200, 'GET /v1/system');

    // Of these, the refusals alone: one is the other word on what is held, the next needs a receiver that fails, and streams never end.
    const left = [
      ...['POST /v1/directories/{id}/held/discard', 'POST /v1/deliveries/{id}/skip'],
      ...['GET /v1/events/stream', 'GET /v1/directories/{id}/requests/stream'],
    ];
    await ask(409, 'POST /v1/deliveries/{id}/skip', [delivery.id]);
    await ask(400, 'GET /v1/events/stream', [], { query: '?type=nothing' });
    const missing = operations.map(({ name }) => name).filter((name) => !covered.has(name));
    expect(missing.sort()).toEqual(left.sort());
  });

  test('is what the document says of refusals too', async () => {
    // Of the form that ours have: others are slowed down after ten.
    const unknownKey = issueCredential('rca').secret;
    const nobody = '01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55';
    for (const { name, operation } of operations.filter(({ operation }) => operation.security.length > 0)) {
      const ids = operation.parameters.filter((one) => one.in === 'path').map(() => nobody);
      await ask(401, name, ids, { headers: { authorization: `Bearer ${unknownKey}` } });
      if (ids.length > 0 && operation.requestBody === undefined) {
        await ask(404, name, ids, name.includes('access-report') ? { query: '?at=2026-01-31T09:30:00Z' } : {});
      }
      if (operation.requestBody !== undefined) {
        await ask(415, name, ids, { body: {}, headers: { 'content-type': 'text/plain' } });
        await ask(413, name, ids, { body: { name: 'x'.repeat(1_100_000) } });
        await ask(400, name, ids, { body: { 'no such field': 1 } });
      }
    }
    const { id } = await ask(201, 'POST /v1/organizations', [], { body: { name: 'Acme' } });
    await ask(412, 'DELETE /v1/organizations/{id}', [id], { headers: { 'if-match': '"7"' } });
  });
});
