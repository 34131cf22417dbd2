import { get } from 'node:http';
import { createAdmin } from '../../services/admin/app.js';
import { newId } from '../../shared/runtime/ids.js';
import { serve } from '../../shared/runtime/serve.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import { idAt } from '../../shared/webhooks/delivery.js';
import { eventually } from '../support/eventually.js';
import { listen } from '../support/server-sent-events.js';
import { expectProblem, KEY, newDirectory, openBench, type Bench } from './admin-support.js';

/** SCIM requests of a directory as they come, over real connections. */

let bench: Bench;
let port: number;
let closed: Promise<void>;
let stopping: AbortController;
beforeEach(async () => {
  bench = await openBench();
  stopping = new AbortController();
  const app = createAdmin({ ...bench.deps, clock: Date.now, stopping: stopping.signal });
  ({ port, closed } = await serve(app, 0, stopping.signal));
});
afterEach(async () => {
  stopping.abort();
  await closed;
  await bench.close();
});

const asked = (directoryId: string, at = Date.now()): RequestEntry => ({
  ...{ id: idAt(at) + newId().slice(13), directoryId, method: 'PATCH', path: '/Users/…', status: 400, durationMs: 3 },
  ...{ scimType: 'invalidPath', detail: 'There is no attribute nick.', userAgent: 'Okta', attributes: ['nick'] },
  events: [],
});
const append = (...entries: readonly RequestEntry[]) => bench.store.journals.requests.append(entries);

const streamOf = (directoryId: string): string =>
  `http://127.0.0.1:${port}/v1/directories/${directoryId}/requests/stream`;
const authorization = `Bearer ${KEY}`;

test('requests to the directory come as they do, refused ones too, and those of another one do not', async () => {
  const [directory, other] = [await newDirectory(bench), await newDirectory(bench)];
  const [before, others, first, second] = [
    asked(directory.id),
    asked(other.id),
    asked(directory.id),
    asked(directory.id),
  ];
  await append(before);
  const came = new Promise<string>((resolve, reject) => {
    let text = '';
    get(streamOf(directory.id), { headers: { authorization } }, (answer) => {
      expect([answer.statusCode, answer.headers['content-type'], answer.headers['x-accel-buffering']]).toEqual([
        ...[200, 'text/event-stream; charset=utf-8', 'no'],
      ]);
      // The answer begins with the first look: what is written from now on comes after it.
      append(others, first, second).catch(reject);
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes(second.id) && text.endsWith('\n\n')) resolve(text);
      });
      answer.on('error', reject);
    }).on('error', reject);
  });
  const blocks = (await came).split('\n\n').filter((block) => block !== '');
  expect(blocks).toHaveLength(2);
  for (const [index, { id }] of [first, second].entries()) {
    const shown = (await bench.get(`/v1/directories/${directory.id}/requests/${id}`).expect(200)).body as object;
    const { eventCount: _, ...request } = shown as { eventCount: number };
    expect(blocks[index]).toBe(`id: ${id}\nevent: request\ndata: ${JSON.stringify(request)}`);
  }
});

test('whoever connects again misses nothing, nor what was written late', async () => {
  const directory = await newDirectory(bench);
  const now = Date.now();
  const [late, last, next] = [now - 2000, now - 1500, now - 1000].map((at) => asked(directory.id, at));
  if (late === undefined || last === undefined || next === undefined) throw new Error('three requests');
  await append(last, next);
  const resumed = { authorization, 'last-event-id': last.id };
  let isAppended = false;
  const all = await listen(streamOf(directory.id), resumed, (so) => {
    if (!isAppended) void append(late);
    isAppended = true;
    return so.length === 2;
  });
  expect(all.map(({ id }) => id)).toEqual([next.id, late.id]);
});

test('it ends at once when the process is told to stop, and lets others in when a listener leaves', async () => {
  const directory = await newDirectory(bench);
  const open = () => {
    const req = get(streamOf(directory.id), { headers: { authorization } });
    const ended = new Promise<number | undefined>((resolve, reject) => {
      req.on('error', reject).on('response', (res) => res.resume().on('end', () => resolve(res.statusCode)));
    });
    ended.catch(() => undefined);
    return { req, ended, begun: new Promise<void>((resolve) => req.on('response', () => resolve())) };
  };
  const many = Array.from({ length: 100 }, open);
  await Promise.all(many.map(({ begun }) => begun));
  const refused = await fetch(streamOf(directory.id), { headers: { authorization } });
  expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ title: expect.any(String) })]);
  many[0]?.req.destroy();
  let next = open();
  await eventually('there is room', async () => {
    const { statusCode } = await new Promise<{ statusCode?: number }>((resolve) => next.req.on('response', resolve));
    if (statusCode === 200) return true;
    next = open();
    return false;
  });
  stopping.abort();
  expect(await Promise.all([next, ...many.slice(1)].map(({ ended }) => ended))).toEqual(Array(100).fill(200));
});

test('a directory that is not there, and one of another organization, are refused', async () => {
  const directory = await newDirectory(bench);
  const { organizationId } = await newDirectory(bench);
  const key = await bench.post('/v1/admin-keys', { name: 'Theirs', scopes: ['read'], organizationId }).expect(201);
  for (const [id, by] of [
    [newId(), authorization],
    [directory.id, `Bearer ${String(key.body.key)}`],
  ] as const) {
    const answer = await fetch(streamOf(id), { headers: { authorization: by } });
    expect([answer.status, (await answer.json()) as object]).toEqual([
      404,
      expect.objectContaining({ type: 'urn:rollcall:problem:not-found' }),
    ]);
  }
  expectProblem(await bench.post(`/v1/directories/${directory.id}/requests/stream`), 405, 'method-not-allowed');
});
