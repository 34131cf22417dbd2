import { request } from 'undici';
import { openManagement } from '../../services/cli/demo/management.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { install, portOf } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';

/** Two ingest processes write to the same directory at the same time. */

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('two ingest processes on one directory', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const database = testDatabase();
  afterAll(() => database.drop());
  const { adminKey, start } = install(database.uri, { brokers: kafkaBrokers, topic: newTopic(), partitions: 1 });

  test('32 concurrent creates of one userName make one user; 64 concurrent adds to one group make 64 members', async () => {
    expect(await start('migrate').exited).toBe(0);
    const roles = ['admin', 'ingest', 'ingest'].map((role) => start(role));
    const [adminPort, ...ports] = await Promise.all(roles.map(portOf));
    const management = openManagement(`http://localhost:${adminPort ?? 0}`, adminKey);
    const organization = await management.createOrganization('Acme');
    const { id, token } = await management.createDirectory(organization, 'Directory', 'okta');

    /** The first call goes to the one process, the next to the other, and so on. */
    let calls = 0;
    const call = async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => {
      const url = `http://localhost:${ports[(calls += 1) % ports.length] ?? 0}/scim/${id}/v2${path}`;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
      const answer = await request(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text === '' ? {} : JSON.parse(text) };
    };
    const all = <T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => one(index)));

    const same = await all(32, () => call('POST', '/Users', { userName: 'same' }));
    expect(same.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 31 }, () => 409)]);

    const users = await all(64, (index) => call('POST', '/Users', { userName: `user-${index}` }));
    const group = (await call('POST', '/Groups', { displayName: 'Staff' })).body.id;
    const adds = await all(64, (index) =>
      call('PATCH', `/Groups/${group}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'add', path: 'members', value: [{ value: users[index]?.body.id }] }],
      }),
    );
    expect(new Set(adds.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await call('GET', `/Groups/${group}`)).body.members).toHaveLength(64);

    const events = (await management.events(id)).map((event) => JSON.parse(event) as { seq: number; type: string });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'user.created')).toHaveLength(65);
    expect(await Promise.all(roles.map((role) => role.kill('SIGTERM')))).toEqual([0, 0, 0]);
  }, 240_000);
}
