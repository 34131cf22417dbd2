import { openManagement } from '../../services/cli/demo/management.js';
import { eventually } from '../support/eventually.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { startRollcall } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startReceiver } from './dispatcher-support.js';

/** W3C Trace Context from the SCIM request to the webhook, through all that is in between. */

jest.setTimeout(90_000);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const ADMIN_KEY = 'trace-context-test';

/** Creates users with the given headers; answers what webhooks about each of them came with, attempt by attempt. */
async function traces(url: string, users: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  const failed = new Set<string>();
  // Each message fails once, so that it comes in two attempts.
  const receiver = await startReceiver(({ event: { id } }) => (failed.size < failed.add(id).size ? 503 : 204));
  const management = openManagement(url, ADMIN_KEY);
  await management.createEndpoint(receiver.url);
  const directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
  for (const [userName, traceparent] of Object.entries(users)) {
    const created = await fetch(`${directory.scimBaseUrl}/Users`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${directory.token}`,
        'content-type': 'application/scim+json',
        ...(traceparent !== '' && { traceparent }),
      },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName }),
    });
    expect(created.status).toBe(201);
  }
  // And `directory.activated`, of the first request.
  const expected = 2 * (Object.keys(users).length + 1);
  await eventually('all attempts', () => receiver.messages.length === expected);
  const seen: Record<string, string[]> = {};
  for (const { event, headers, raw } of receiver.messages) {
    const { userName = event.type } = event.data as { userName?: string };
    (seen[userName] ??= []).push(String(headers['traceparent']));
    expect(raw.toString()).not.toContain('traceparent');
  }
  return seen;
}

async function check(env: Readonly<Record<string, string>>): Promise<void> {
  const rollcall = startRollcall(['standalone'], {
    ...{ ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: temporaryFolder(), ROLLCALL_ADMIN_KEY: ADMIN_KEY },
    ...{ ROLLCALL_LOG_PARTITIONS: '2', ROLLCALL_RETRY_SCHEDULE: '0s,1s' },
    ...env,
  });
  const [, url = ''] = await rollcall.saw(/Rollcall is at (\S+)/);
  const seen = await traces(url, { ann: `00-${TRACE}-${SPAN}-01`, bob: '', cid: `00-${TRACE}-${SPAN}` });
  expect([seen['bob'], seen['cid']]).toEqual([Array(2).fill('undefined'), Array(2).fill('undefined')]);
  const ofAnn = [...(seen['ann'] ?? []), ...(seen['directory.activated'] ?? [])];
  expect(ofAnn).toEqual(Array(4).fill(expect.stringMatching(`^00-${TRACE}-[0-9a-f]{16}-01$`)));
  // Each attempt is a span of its own.
  expect(new Set([...ofAnn, `00-${TRACE}-${SPAN}-01`]).size).toBe(5);
  expect(await rollcall.kill('SIGTERM')).toBe(0);
}

test('on SQLite: the trace of a request reaches its webhooks, in a new span for each attempt; without one there is none', () =>
  check({}));

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('trace context through MongoDB and Kafka', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const database = testDatabase();
  const brokers = kafkaBrokers.join();
  afterAll(() => database.drop());
  test('on MongoDB and Kafka: the same', () =>
    check({ MONGODB_URI: database.uri, KAFKA_BROKERS: brokers, ROLLCALL_KAFKA_TOPIC: newTopic() }));
}
