import type { DirectoryEvent } from '../../shared/events/event.js';
import { newId } from '../../shared/runtime/ids.js';
import { message, startScimClient, USER } from '../support/scim-client.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const scim = startScimClient();

/** What was told so far. What is still to be told is ahead of the user in the directory's queue. */
async function failures(): Promise<DirectoryEvent[]> {
  await scim.createUser(newId());
  return (await scim.events()).filter(({ type }) => type === 'directory.provisioning_failed');
}

/** A change that is refused with 409, after some time has passed. */
async function refused(afterMs = MINUTE): Promise<void> {
  scim.ingest().clock.now += afterMs;
  expect((await scim.call('post', '/Users', { schemas: [USER], userName: 'taken@x.example' })).status).toBe(409);
}

async function refusedTimes(times: number, everyMs = MINUTE): Promise<void> {
  for (let n = 0; n < times; n += 1) await refused(everyMs);
}

beforeEach(() => scim.createUser('taken@x.example'));

test('ten failures in a row over ten minutes are told, with the last one and without its path', async () => {
  const since = scim.ingest().clock.now + MINUTE;
  await refusedTimes(10);
  scim.ingest().clock.now += MINUTE;
  expect((await scim.call('put', '/Users/ann@x.example', { schemas: [USER], userName: 'ann' })).status).toBe(404);
  expect(await failures()).toMatchObject([
    {
      data: {
        since: new Date(since).toISOString(),
        count: 11,
        last: {
          method: 'PUT',
          path: '/Users/:id',
          status: 404,
          scimType: null,
          detail: expect.stringContaining('no User'),
        },
      },
      cause: { requestId: expect.any(String) },
    },
  ]);
});

test('few failures over a long time, and many over a short one, are not', async () => {
  await refusedTimes(9, HOUR);
  expect(await failures()).toEqual([]);
  await refusedTimes(30, 1000);
  expect(await failures()).toEqual([]);
});

test('a success ends the streak, also one that changes nothing, and so does one that another process commits', async () => {
  const id = (await scim.find('Users', 'userName eq "taken@x.example"')).body.Resources[0].id as string;
  await refusedTimes(10);
  const same = { op: 'replace', path: 'userName', value: 'taken@x.example' };
  expect((await scim.patch(`/Users/${id}`, same)).status).toBe(200);
  await refusedTimes(9);
  const { commits } = scim.ingest().store;
  const head = await commits.head(scim.directory().id);
  await commits.commit({
    ...head,
    directoryId: scim.directory().id,
    partition: 0,
    number: head.number + 1,
    nonce: 'another process',
    at: scim.ingest().clock.now,
    purgeAt: scim.ingest().clock.now,
    changes: [],
    events: [],
  });
  await refusedTimes(10);
  expect(await failures()).toEqual([]);
});

test('it is told once in 24 hours, however long it goes on', async () => {
  await refusedTimes(40);
  expect(await failures()).toHaveLength(1);
  await refusedTimes(30, HOUR);
  expect(await failures()).toHaveLength(2);
});

test('requests without a live token, reads, and what fails on the way there do not count', async () => {
  for (let n = 0; n < 12; n += 1) {
    scim.ingest().clock.now += MINUTE;
    const { base } = scim.directory();
    await scim.call('post', '/Users', {}, { ...scim.directory(), base, token: 'rcs_wrong' }).expect(401);
    expect((await scim.get('/Users/absent')).status).toBe(404);
  }
  expect(await failures()).toEqual([]);
});

test('operations of a bulk request count one by one', async () => {
  const operation = { method: 'DELETE', path: '/Users/absent' };
  const bulk = () =>
    scim.call('post', '/Bulk', { schemas: [message('BulkRequest')], Operations: Array(6).fill(operation) }).expect(200);
  await bulk();
  scim.ingest().clock.now += 10 * MINUTE;
  await bulk();
  expect(await failures()).toMatchObject([{ data: { count: 10, last: { method: 'DELETE', path: '/Users/:id' } } }]);
});
