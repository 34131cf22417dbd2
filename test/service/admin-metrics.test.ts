import { get } from 'node:http';
import { Readable } from 'node:stream';
import request from 'supertest';
import { serve } from '../../shared/runtime/serve.js';
import { eventually } from '../support/eventually.js';
import { KEY, openBench, type Bench } from './admin-support.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

/** How many requests were counted, by part of the API and class of the answer. */
async function counted(): Promise<Record<string, number>> {
  const text = await bench.metrics.metrics();
  const lines = text.matchAll(
    /^rollcall_management_request_duration_seconds_count\{part="(.*?)",answer="(.*?)"\} (\d+)/gm,
  );
  return Object.fromEntries(
    [...lines].map(([, part = '', answer = '', count]) => [`${part} ${answer}`, Number(count)]),
  );
}

test('requests are counted by part of the API and class of the answer, without a name of anybody; streams are not', async () => {
  const { body } = await bench.post('/v1/organizations', { name: 'Acme' }).expect(201);
  await bench.get(`/v1/organizations/${body.id}`).expect(200);
  await bench.get('/v1/directories/none').expect(404);
  await bench.put('/v1/directories', {}).expect(405);
  await bench.get('/v1/nothing').expect(404);
  await request(bench.app).get('/v1/directories').expect(401);
  const untilTheStop = (answer: request.Response, done: (error: null, text: string) => void): void => {
    bench.stopping.abort();
    Readable.from(answer as unknown as Readable)
      .on('end', () => done(null, ''))
      .resume();
  };
  await bench.get('/v1/events/stream').buffer(false).parse(untilTheStop).expect(200);
  expect(await counted()).toEqual({
    'Organizations 2xx': 2,
    'Directories 4xx': 2,
    'none 4xx': 2,
  });
});

test('a client that does not wait for its answer is counted as one that was refused, not as one that was served', async () => {
  const stop = new AbortController();
  const { port, closed } = await serve(bench.app, 0, stop.signal);
  const waits = jest.spyOn(bench.feed, 'wait');
  const before = await counted();
  const asked = get({ port, path: '/v1/events?wait=30', headers: { authorization: `Bearer ${KEY}` } });
  asked.on('error', () => undefined);
  await eventually('the request waits', () => waits.mock.calls.length > 0);
  asked.destroy();
  await eventually('it is counted', async () => Object.keys(await counted()).length > Object.keys(before).length);
  stop.abort();
  await closed;
  expect(await counted()).toEqual({ ...before, 'Events 4xx': 1 });
});
