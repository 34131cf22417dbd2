import http from 'node:http';
import { serve } from '../../shared/runtime/serve.js';
import { schemaProblems } from '../support/event-schemas.js';
import { eventually } from '../support/eventually.js';
import {
  commit,
  expectProblem,
  KEY,
  newDirectory,
  openBench,
  publish,
  type Bench,
  type MadeDirectory,
} from './admin-support.js';

/** Events as they come: long polls and streams, over real connections. */

let bench: Bench;
let directory: MadeDirectory;
let port: number;
let closed: Promise<void>;
beforeEach(async () => {
  bench = await openBench();
  directory = await newDirectory(bench);
  ({ port, closed } = await serve(bench.app, 0, bench.stopping.signal));
});
afterEach(async () => {
  bench.stopping.abort();
  await closed;
  await bench.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request whose answer is watched while it comes. */
function open(path: string, headers: http.OutgoingHttpHeaders = {}) {
  let text = '';
  let response: http.IncomingMessage | undefined;
  const req = http.get({ port, path: `/v1/events${path}`, headers: { authorization: `Bearer ${KEY}`, ...headers } });
  const answer = new Promise<Answer>((resolve, reject) => {
    req.on('error', reject).on('response', (res) => {
      response = res;
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => (text += chunk));
      res.on('error', reject).on('end', () => resolve({ status: res.statusCode ?? 0, text }));
    });
  });
  answer.catch(() => undefined);
  return {
    answer,
    text: () => text,
    isOpen: () => response !== undefined,
    pause: () => response?.pause(),
    resume: () => response?.resume(),
    close: () => req.destroy(),
  };
}

const write = (...types: string[]) => commit(bench, directory, { types });

/** The blocks of a stream that carry an event. */
const messages = (text: string) =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2))))
    .filter(({ data }) => data !== undefined)
    .map(({ id, event, data }) => ({ id: String(id), event: String(event), body: String(data) }));

const seqsOf = (text: string): number[] => messages(text).map(({ body }) => JSON.parse(body).seq);

describe('a long poll', () => {
  test('answers at once when there is something', async () => {
    await write('user.created');
    const { status, text } = await open(`?directoryId=${directory.id}&wait=30`).answer;
    expect([status, JSON.parse(text).data.length]).toEqual([200, 1]);
  });

  test('answers as soon as an event is committed that its filter lets through', async () => {
    const poll = open(`?directoryId=${directory.id}&type=user.deleted&wait=30`);
    await write('user.created');
    bench.feed.wake();
    const [, wanted] = await write('user.updated', 'user.deleted');
    bench.feed.wake();
    const { data } = JSON.parse((await poll.answer).text);
    expect(data).toEqual([JSON.parse(wanted?.body ?? '')]);
  });

  test('finds what another process has committed without being woken', async () => {
    const poll = open(`?wait=30`);
    await write('user.created');
    expect(JSON.parse((await poll.answer).text).data).toHaveLength(1);
  });

  test('answers with an empty page when the time is up, and goes on from there', async () => {
    await write('user.created');
    const empty = JSON.parse((await open(`?directoryId=${directory.id}&type=group.*&wait=1`).answer).text);
    expect(empty).toMatchObject({ data: [], hasMore: false });
    await write('group.created');
    const next = await open(`?directoryId=${directory.id}&type=group.*&wait=1&after=${empty.nextCursor}`).answer;
    expect(JSON.parse(next.text).data).toMatchObject([{ seq: 2 }]);
  });

  test('ends at once when the process is told to stop', async () => {
    const polls = [open('?wait=30'), open('?wait=30')];
    const streams = [open('/stream')];
    await eventually('the stream is open', () => streams.every((stream) => stream.isOpen()));
    bench.stopping.abort();
    const answers = await Promise.all([...polls, ...streams].map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await closed;
  });

  test('more of them than there are places for are told so, and a client that goes away makes room', async () => {
    const polls = Array.from({ length: 101 }, () => open('?wait=30'));
    await eventually('one is refused', () => polls.some((poll) => poll.text() !== ''));
    const refused = await bench.get('/v1/events?wait=1');
    expectProblem(refused, 503, 'busy', 'without wait');
    expect(refused.headers['retry-after']).toBe('1');
    await bench.get('/v1/events').expect(200);
    polls.forEach((poll) => poll.close());
    await eventually('there is room again', async () => (await bench.get('/v1/events?wait=1')).status === 200);
  });

  test.each(['31', '-1', '1.5', 'x', ''])('cannot wait for %j seconds', async (wait) => {
    expectProblem(
      await bench.get(`/v1/events?wait=${wait}`),
      400,
      'validation',
      'wait must be an integer from 0 to 30',
    );
  });
});

describe('a stream', () => {
  test('carries what is there and what comes, each event with its type and its cursor, byte for byte', async () => {
    const stored = await write('user.created', 'group.created');
    const stream = open('/stream');
    stored.push(...(await write('user.updated')));
    bench.feed.wake();
    await eventually('three events', () => messages(stream.text()).length === 3);
    expect(messages(stream.text())).toEqual(
      stored.map(({ type, body }) => ({ id: expect.stringMatching(/^l~/), event: type, body })),
    );
    stream.close();
  });

  test.each(['', '&type=user.*'])('resumes after the last event that was seen (%j)', async (filter) => {
    await write('user.created', 'group.created', 'user.updated', 'user.deleted');
    for (const scope of ['', `directoryId=${directory.id}`]) {
      const path = `/stream?${scope}${filter}`;
      const first = open(path);
      const all = await eventually('all events', () => {
        const seen = messages(first.text());
        const end = seen.findIndex(({ event }) => event === 'user.deleted');
        return end >= 0 && seen.slice(0, end + 1);
      });
      first.close();
      for (const [index, { id }] of all.entries()) {
        const rest = open(path, { 'last-event-id': id });
        await write('user.created');
        bench.feed.wake();
        const last = (await bench.store.commits.head(directory.id)).lastSeq;
        await eventually('the rest', () => seqsOf(rest.text()).at(-1) === last);
        const seqs = seqsOf(rest.text());
        expect(seqs.slice(0, all.length - index - 1)).toEqual(
          all.slice(index + 1).map(({ body }) => JSON.parse(body).seq),
        );
        rest.close();
      }
    }
  });

  test('a reader that does not read keeps nothing piling up, and misses nothing', async () => {
    const before = open(`/stream?directoryId=${directory.id}`);
    await eventually('it is open', () => before.isOpen());
    before.pause();
    let reads = 0;
    const read = bench.store.events.ofDirectory.bind(bench.store.events);
    const watched = jest.spyOn(bench.store.events, 'ofDirectory').mockImplementation((...args) => {
      reads += 1;
      return read(...args);
    });
    const body = 'x'.repeat(100_000);
    const head = await bench.store.commits.head(directory.id);
    const events = Array.from({ length: 300 }, (_, index) => {
      const seq = head.lastSeq + index + 1;
      return { id: `e${seq}`, type: 'user.created', seq, body: JSON.stringify({ seq, body }) };
    });
    await bench.store.commits.commit({
      ...head,
      number: head.number + 1,
      lastSeq: head.lastSeq + events.length,
      directoryId: directory.id,
      partition: directory.partition,
      nonce: 'n',
      purgeAt: 0,
      changes: [],
      events,
    });
    bench.feed.wake();
    await eventually('it has begun to read', () => reads > 0);
    // 30 MB wait in the store: whoever buffered them would have read all three pages by now.
    await publish(bench.store);
    expect(reads).toBeLessThan(3);
    before.resume();
    await eventually('everything has come', () => seqsOf(before.text()).length === events.length);
    watched.mockRestore();
    before.close();
  });
});

test('each event type has a public schema, and an index names them all', async () => {
  const index = await fetch(`http://127.0.0.1:${port}/schemas/events/index.json`);
  const { data } = (await index.json()) as { data: { type: string; url: string }[] };
  expect(data.map(({ type }) => type)).toContain('group.members_added');
  for (const { type, url } of data) {
    const answer = await fetch(url.replace('https://directory.example.com', `http://127.0.0.1:${port}`));
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=3600']);
    expect(await answer.json()).toMatchObject({ $id: url, title: type });
  }
  const missing = await fetch(`http://127.0.0.1:${port}/schemas/events/user.made.json`);
  expect(missing.status).toBe(404);
  expect(schemaProblems({ type: 'user.created' })).not.toEqual([]);
});
