import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expectProblem, openBench, type Bench } from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const open = (url: string): request.Test => request(bench.app).get(url);

test.each([
  ['/console', 'console'],
  ['/console/directories/01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55?tab=users', 'console'],
  ['/console/events/', 'console'],
  ['/setup', 'setup'],
  ['/setup/', 'setup'],
])(
  '%s is the %s page, which may load what is here alone, is not stored and tells no other site of itself',
  async (url, name) => {
    const { text, headers } = await open(url).expect(200);
    expect(text).toContain(`<title>The ${name} page</title>`);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    });
  },
);

test('the root leads to the console', async () => {
  const { headers } = await open('/').expect(302);
  expect(headers['location']).toBe('/console');
});

test('what a page is made of stays as it is for ever, and is sent compressed to those who take that', async () => {
  const { text, headers } = await open('/assets/console-1a2b3c4d.js').expect(200);
  expect(text).toContain('The console page');
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
  });
  const plain = await open('/assets/console-1a2b3c4d.js').set('accept-encoding', 'identity').expect(200);
  expect([plain.text, plain.headers['content-encoding']]).toEqual([text, undefined]);
});

test.each([
  '/assets/gone.js',
  '/assets/..%2Fconsole.html',
  '/assets/..%2f..%2fadmin-support.ts',
  '/assets/',
  '/consoles',
])('%s is no page and no file', async (url) => expectProblem(await open(url), 404, 'not-found'));

test('pages that are not built say how to build them, and are there once they are', async () => {
  const folder = path.join(temporaryFolder(), 'web');
  const app = createAdmin({ ...bench.deps, web: { ...bench.deps.web, folder } });
  for (const url of ['/console', '/setup']) {
    const { text, headers } = await request(app).get(url).expect(503);
    expect(text).toContain('<code>npm run build</code>');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  }
  cpSync(path.join(__dirname, '../fixtures/web'), folder, { recursive: true });
  writeFileSync(path.join(folder, 'assets/notes.txt'), 'of no type that a page has');
  await request(app).get('/console').expect(200);
  await request(app).get('/assets/notes.txt').expect(404);
});
