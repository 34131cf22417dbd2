import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { openManagement } from '../../services/cli/demo/management.js';
import { createSimulator } from '../../services/simulator/simulator.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startStandalone } from '../support/standalone.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The programs of docs/consuming-events.md, run as they stand there, with the SDK from its sources. */

const ROOT = path.join(__dirname, '../..');
const running = new Set<ChildProcess>();
afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

function run(program: string, env: Record<string, string>): { readonly said: () => string } {
  const folder = temporaryFolder();
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  const source = path.join(folder, 'source.mjs');
  const built = path.join(folder, 'program.mjs');
  writeFileSync(source, program);
  buildSync({
    entryPoints: [source],
    outfile: built,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['express', '@photostructure/sqlite'],
    alias: { 'rollcall/consumer': path.join(ROOT, 'shared/consumer/index.ts') },
  });
  const child = spawn(process.execPath, [built], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
    ROLLCALL_SECRET: secret,
    ROLLCALL_URL: rollcall.url,
    ROLLCALL_ADMIN_KEY: rollcall.adminKey,
    PORT: String(port),
  };
  return { rollcall, port, directory, env, provision };
}

test('the receiver of the guide prints each event', async () => {
  const guide = readFileSync(path.join(ROOT, 'docs/consuming-events.md'), 'utf8');
  const program = /```js\n(import express[^]*?)```/.exec(guide)?.[1] ?? '';
  const { rollcall, port, env, provision } = await setUp();
  const receiver = run(program.replace('.listen(4000)', `.listen(${port}, () => console.log('up'))`), env);
  await eventually('it listens', () => receiver.said().includes('up'));
  await provision(3);
  await eventually('it has told of users', () => /^\d+ user\.created \S+@\S+$/m.test(receiver.said()));
  await rollcall.kill('SIGTERM');
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
