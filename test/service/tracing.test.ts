import { openManagement } from '../../services/cli/demo/management.js';
import { startCollector, type CollectedSpan, type Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { install, portOf, startRollcall } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startReceiver } from './dispatcher-support.js';

/** One trace from the SCIM request to the webhook, as an OpenTelemetry collector gets it. */

jest.setTimeout(120_000);

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

interface Urls {
  readonly admin: string;
  readonly scim: string;
  readonly adminKey: string;
}

/** Creates a user; answers the spans of the trace that it began, and the `traceparent` that the receiver got. */
async function traceOfUser({ admin, scim, adminKey }: Urls, headers: Readonly<Record<string, string>> = {}) {
  const receiver = await startReceiver();
  const management = openManagement(admin, adminKey);
  await management.createEndpoint(receiver.url);
  const directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
  const created = await fetch(`${scim}${new URL(directory.scimBaseUrl).pathname}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${directory.token}`, 'content-type': 'application/scim+json', ...headers },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ann' }),
  });
  expect(created.status).toBe(201);
  const ofUser = () => receiver.messages.find(({ event }) => event.type === 'user.created');
  await eventually('the webhook', () => ofUser() !== undefined, 60_000);
  const traceparent = String(ofUser()?.headers['traceparent']);
  const traceId = traceparent.slice(3, 35);
  const spans = (): CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
  const names = (): Set<string> => new Set(spans().map(({ name }) => name));
  await eventually(
    'every span is exported',
    () => ['SCIM POST', 'commit', 'publish', 'consume', 'attempt'].every((name) => names().has(name)),
    60_000,
  );
  return { spans: spans(), traceparent };
}

function expectOneTrace({ spans, traceparent }: Awaited<ReturnType<typeof traceOfUser>>, parentSpanId?: string): void {
  const [request] = spans.filter(({ name }) => name === 'SCIM POST');
  if (request === undefined) throw new Error('no span of the request');
  expect(request.parentSpanId).toBe(parentSpanId);
  // All that follows is part of the request.
  for (const span of spans)
    if (span !== request) expect([span.name, span.parentSpanId]).toEqual([span.name, request.spanId]);
  // The receiver's spans will be below the attempt.
  const attempts = spans.filter(({ name }) => name === 'attempt');
  expect(attempts.map(({ spanId }) => spanId)).toContain(traceparent.slice(36, 52));
  const order = ['SCIM POST', 'commit', 'publish', 'consume', 'attempt'].map((name) => {
    const [first] = spans.filter((span) => span.name === name);
    return BigInt(first?.startTimeUnixNano ?? 0);
  });
  expect(order).toEqual([...order].sort((a, b) => (a < b ? -1 : 1)));
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
    expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
  }
  // Spans name no person.
  expect(JSON.stringify(spans)).not.toContain('ann');
}

describe('in one process', () => {
  const adminKey = 'tracing-test';
  const start = async (settings: Readonly<Record<string, string>>) => {
    const rollcall = startRollcall(['standalone'], {
      ...{ ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: temporaryFolder(), ROLLCALL_ADMIN_KEY: adminKey },
      ...{ ROLLCALL_LOG_PARTITIONS: '2', ROLLCALL_LOG_LEVEL: 'error' },
      ...settings,
    });
    const [, url = ''] = await rollcall.saw(/Rollcall is at (\S+)/);
    return { rollcall, urls: { admin: url, scim: url, adminKey } };
  };

  test('a request begins a trace, or goes on with the one that it comes with', async () => {
    const { rollcall, urls } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expectOneTrace(await traceOfUser(urls));
    const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const found = await traceOfUser(urls, { traceparent: `00-${trace}-${span}-01` });
    expect(found.spans[0]?.traceId).toBe(trace);
    expectOneTrace(found, span);
    expect(await rollcall.kill('SIGTERM')).toBe(0);
  });

  test('a collector that is not there holds nobody up', async () => {
    const { rollcall, urls } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    const receiver = await startReceiver();
    const management = openManagement(urls.admin, adminKey);
    await management.createEndpoint(receiver.url);
    const organization = await management.createOrganization('Acme');
    const directory = await management.createDirectory(organization, 'Okta', 'okta');
    const headers = { authorization: `Bearer ${directory.token}` };
    expect((await fetch(`${directory.scimBaseUrl}/Users`, { headers })).status).toBe(200);
    await eventually('directory.activated', () => receiver.messages.length === 1);
    expect(await rollcall.kill('SIGTERM')).toBe(0);
  });
});

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('a trace through four processes', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const brokers = kafkaBrokers;
  const database = testDatabase();
  afterAll(() => database.drop());

  test('through ingest, relay, Kafka and dispatcher', async () => {
    const log = { brokers, topic: newTopic(), partitions: 2 };
    const { adminKey, start } = install(database.uri, log, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(await start('migrate').exited).toBe(0);
    const [ingest, admin, ...others] = ['ingest', 'admin', 'relay', 'dispatcher'].map((role) => start(role));
    if (ingest === undefined || admin === undefined) throw new Error('four roles');
    await Promise.all(others.map(portOf));
    const urls = { admin: `http://localhost:${await portOf(admin)}`, scim: `http://localhost:${await portOf(ingest)}` };
    const found = await traceOfUser({ ...urls, adminKey });
    expectOneTrace(found);
    const roles = new Map(found.spans.map(({ name, role }) => [name, role]));
    expect(Object.fromEntries(roles)).toEqual({
      ...{ 'SCIM POST': 'ingest', commit: 'ingest', publish: 'relay', consume: 'dispatcher', attempt: 'dispatcher' },
    });
    const all = [ingest, admin, ...others];
    expect(await Promise.all(all.map((one) => one.kill('SIGTERM')))).toEqual(all.map(() => 0));
  });
}
