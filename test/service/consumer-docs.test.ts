import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openManagement } from '../../services/cli/demo/management.js';
import { createSimulator } from '../../services/simulator/simulator.js';
import { exampleEvent } from '../../shared/events/example.js';
import { createSecret, createSigner } from '../../shared/webhooks/sign.js';
import { packageFolder } from '../support/docs/package-folder.js';
import { readPages, ROOT } from '../support/docs/pages.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startStandalone } from '../support/standalone.js';

/** Programs of docs/consuming-events.md, of which more is asked than that they run: docs.test.ts does that. */

const running = new Set<ChildProcess>();
afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

/** In a folder where it finds its packages, and the SDK from its sources. */
function run(program: string, env: Record<string, string>): { readonly said: () => string } {
  const file = path.join(packageFolder(), 'program.mjs');
  writeFileSync(file, program);
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { said: () => said };
}

/** A directory whose events go to a port, where nothing listens as yet. */
async function setUp() {
  const port = await freePort();
  const rollcall = await startStandalone();
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const organization = await management.createOrganization('Acme');
  const { secret } = await management.createEndpoint(`http://127.0.0.1:${port}/webhooks`);
  const directory = await management.createDirectory(organization, 'Directory', 'okta');
  const provision = (users: number) =>
    createSimulator({
      ...{ baseUrl: directory.scimBaseUrl, token: directory.token, provider: 'okta' },
      ...{ users, groups: 2, seed: 1, concurrency: 2 },
    }).run();
  const env = {
    WEBHOOK_SECRET: secret,
    ROLLCALL_URL: rollcall.url,
    ROLLCALL_ADMIN_KEY: rollcall.adminKey,
    PORT: String(port),
  };
  return { rollcall, port, directory, env, provision };
}

test('the route handler of the guide answers requests of the Fetch API, as a framework hands them over', async () => {
  const guide = readPages().find((page) => page.path === 'docs/consuming-events.md');
  const handler = guide?.blocks.find(({ text }) => text.startsWith('// route.mjs'))?.text ?? '';
  const secret = createSecret();
  const id = '0190a000-0000-7000-8000-000000000001';
  const body = exampleEvent('user.created', id, '2026-01-31T09:30:00.000Z');
  const headers = createSigner([secret])(id, Math.floor(Date.now() / 1000), Buffer.from(body));
  const framework = `
    for (const body of [${JSON.stringify(body)}, '{}']) {
      const request = new Request('http://host/webhooks', { method: 'POST', headers: ${JSON.stringify(headers)}, body });
      const { status } = await POST(request, { params: Promise.resolve({}) });
      console.log('answered', status);
    }`;
  const { said } = run(handler + framework, { WEBHOOK_SECRET: secret });
  await eventually('both are answered', () => /^\d+ user\.created \S+@\S+\nanswered 204\nanswered 400$/m.test(said()));
});

test('the mirror has the users that the directory has', async () => {
  const { rollcall, port, directory, env, provision } = await setUp();
  const mirror = run(readFileSync(path.join(ROOT, 'docs/examples/mirror.mjs'), 'utf8'), env);
  await eventually('it listens', () => mirror.said().includes('The mirror is at'));
  await provision(12);
  const read = async <T>(url: string): Promise<T> =>
    (await (await fetch(url, { headers: { authorization: `Bearer ${rollcall.adminKey}` } })).json()) as T;
  type User = { id: string; email: string; active: boolean | number };
  const line = ({ id, email, active }: User): string => `${id} ${email} ${Boolean(active)}`;
  const { data } = await read<{ data: User[] }>(`${rollcall.url}/v1/directories/${directory.id}/users`);
  const wanted = data.map(line).sort();
  expect(wanted.length).toBeGreaterThan(5);
  await eventually('the mirror is in step', async () => {
    const users = await read<User[]>(`http://127.0.0.1:${port}/users`);
    return JSON.stringify(users.map(line).sort()) === JSON.stringify(wanted);
  });
  const repaired = await fetch(`http://127.0.0.1:${port}/repair/${directory.id}`, { method: 'POST' });
  expect(await repaired.json()).toEqual({ applied: 0 });
  await rollcall.kill('SIGTERM');
});
