import http from 'node:http';
import { Counter } from 'prom-client';
import request from 'supertest';
import { createMetrics, createProbes } from '../../../shared/runtime/probes.js';

const metrics = createMetrics('tester');

function server(ready: () => Promise<void>): http.Server {
  const probes = createProbes({ ready, metrics });
  return http.createServer((req, res) => {
    if (!probes(req, res)) res.writeHead(418).end();
  });
}

const isReady = async (): Promise<void> => undefined;

test('/healthz answers 200 even where the role is not ready', async () => {
  const answer = await request(server(() => Promise.reject(new Error('the store is gone')))).get('/healthz');
  expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
});

test('/readyz answers 200 when the role is ready', async () => {
  const answer = await request(server(isReady)).get('/readyz?verbose');
  expect([answer.status, answer.body]).toEqual([200, { status: 'ready' }]);
});

test.each([
  ['rejects', () => Promise.reject(new Error('mongodb://user:password@host is gone'))],
  [
    'throws',
    () => {
      throw new Error('mongodb://user:password@host is gone');
    },
  ],
])('/readyz answers 503 and does not tell why when ready() %s', async (_how, ready) => {
  const answer = await request(server(ready)).get('/readyz');
  expect([answer.status, answer.text]).toEqual([503, '{"status":"unavailable"}']);
});

test("/metrics has the process's metrics and the role's own, with the role as a label", async () => {
  new Counter({ name: 'things_total', help: 'Things.', registers: [metrics] }).inc(3);
  const answer = await request(server(isReady)).get('/metrics');
  expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  expect(answer.text).toContain('things_total{role="tester"} 3');
  expect(answer.text).toMatch(/process_resident_memory_bytes\{role="tester"\} \d/);
});

test.each(['/healthz/more', '/', '/constructor'])('GET %s is left to others', async (path) => {
  const answer = await request(server(isReady)).get(path);
  expect(answer.status).toBe(418);
});

test.each(['/healthz', '/readyz', '/metrics'])('POST %s is refused, and told what there is', async (path) => {
  const answer = await request(server(isReady)).post(path);
  expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
});
