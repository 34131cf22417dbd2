import { openManagement } from '../../services/cli/demo/management.js';
import { startCollector, type Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startReceiver } from '../service/dispatcher-support.js';

/** Threat: who reads logs, metrics and traces, of which there are many copies, reads about people, or secrets. */

jest.setTimeout(120_000);

/** In every value that a person, a provider or a receiver may choose. */
const CANARY = 'canary7f3a';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const OPERATION = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

test('no log line, metric, span, or refusal for somebody else has what was said about a person', async () => {
  const adminKey = `${CANARY}-admin-key`;
  const rollcall = startRollcall(['standalone'], {
    ...{ ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: temporaryFolder(), ROLLCALL_ADMIN_KEY: adminKey },
    ...{ ROLLCALL_LOG_LEVEL: 'debug', ROLLCALL_RETRY_SCHEDULE: '0s,0s' },
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  const [, url = ''] = await rollcall.saw(/Rollcall is at (\S+)/);
  const management = openManagement(url, adminKey);
  const receiver = await startReceiver((_message, res) => {
    res.writeHead(500, { 'content-type': 'text/plain', location: `/${CANARY}` }).end(`no ${CANARY} here`);
    return undefined;
  });
  await management.createEndpoint(`${receiver.url}?token=${CANARY}`);
  const directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
  const send = async (method: string, path: string, body?: object | string, more: Record<string, string> = {}) => {
    const answer = await fetch(`${directory.scimBaseUrl}${path}`, {
      method,
      headers: {
        ...{ authorization: `Bearer ${directory.token}`, 'content-type': 'application/scim+json' },
        ...{ 'user-agent': `agent-${CANARY}`, 'x-request-id': `request-${CANARY}`, ...more },
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as { id?: string } };
  };

  const person = {
    schemas: [USER],
    ...{ userName: `${CANARY}@example.com`, externalId: CANARY, displayName: CANARY, password: CANARY },
    ...{ name: { familyName: CANARY }, emails: [{ value: `${CANARY}@example.com`, type: 'work' }] },
    ...{ phoneNumbers: [{ value: CANARY, type: 'work' }], addresses: [{ formatted: CANARY, type: 'work' }] },
  };
  const created = await send('POST', '/Users', person);
  expect(created.status).toBe(201);
  expect(JSON.stringify(created.body)).toContain(CANARY);
  const refused = [
    await send('POST', '/Users', person),
    await send('POST', '/Users', { schemas: [USER], userName: { [CANARY]: CANARY } }),
    await send('POST', '/Users', `{"userName": "${CANARY}"`),
    await send('GET', `/Users?filter=${encodeURIComponent(`userName zz "${CANARY}"`)}`),
    await send('GET', `/Users/${CANARY}`),
    await send('PATCH', `/Users/${created.body.id}`, {
      schemas: [OPERATION],
      Operations: [{ op: CANARY, path: `${CANARY}[`, value: CANARY }],
    }),
    await send('GET', '/Users', undefined, { authorization: `Bearer ${CANARY}` }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([409, 400, 400, 400, 404, 400, 401]);
  await send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${CANARY}@example.com"`)}`);
  await fetch(`${url}/v1/organizations?q=${CANARY}`, { headers: { authorization: `Bearer ${CANARY}` } });
  await fetch(`${url}/${CANARY}?${CANARY}=${CANARY}`);

  // What fails for good: the receiver's words go into the attempts, and nowhere else.
  await rollcall.saw(/"user.created".*used up its retries/);
  await eventually('spans', () => new Set(collector.spans.map(({ name }) => name)).has('attempt'), 60_000);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  // Of another caller, without a token.
  const others = await (await fetch(`${directory.scimBaseUrl}/Users/${created.body.id}`)).text();
  expect(await rollcall.kill('SIGTERM')).toBe(0);

  const written = {
    ...{ stdout: rollcall.stdout(), stderr: rollcall.stderr(), metrics, others },
    spans: JSON.stringify(collector.spans),
  };
  expect(metrics).toContain('rollcall_');
  const found = Object.entries(written).flatMap(([where, text]) =>
    text.split('\n').flatMap((line) => (line.includes(CANARY) ? [`${where}: ${line}`] : [])),
  );
  expect(found).toEqual([]);
  expect(Object.values(written).join('\n')).not.toContain(directory.token);
});
