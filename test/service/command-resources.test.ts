import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { openManagement } from '../../services/cli/demo/management.js';
import { startReceiver, type Receiver } from '../../services/cli/demo/receiver.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { play } from '../support/provisioning.js';
import { startRollcall } from '../support/rollcall.js';
import { startStandalone } from '../support/standalone.js';

/** `rollcall <resource> <verb>` against a real standalone. */

type Running = Awaited<ReturnType<typeof startStandalone>>;

let rollcall: Running;
let env: Record<string, string>;
let receiver: Receiver;

beforeAll(async () => {
  rollcall = await startStandalone();
  env = { ROLLCALL_URL: rollcall.url, ROLLCALL_ADMIN_KEY: rollcall.adminKey };
  receiver = await startReceiver(() => undefined);
});
afterAll(async () => {
  await receiver.close();
  await rollcall.kill('SIGTERM');
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(...args: string[]): Promise<Outcome> {
  const command = startRollcall(args, env);
  const code = await command.exited;
  return { code, out: command.stdout(), err: command.stderr() };
}

/** An answer: JSON from the wire has no type. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Answer = any;

/** What a command prints with --json, once it has succeeded. */
async function json(...args: string[]): Promise<Answer> {
  const { code, out, err } = await run(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

/** By the API, which is quicker than a process. */
async function newDirectory(): Promise<{ id: string; organizationId: string; scimBaseUrl: string; token: string }> {
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const organizationId = await management.createOrganization('Acme');
  return { organizationId, ...(await management.createDirectory(organizationId, 'Okta', 'okta')) };
}

test('an organization from its creation to its end, for people and for programs', async () => {
  const made = await json('orgs', 'create', '--name', 'Acme');
  expect(made).toMatchObject({ name: 'Acme', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect((await json('orgs', 'update', made.id, '--name', 'Acme Ltd')).name).toBe('Acme Ltd');
  const { out } = await run('organizations', 'show', made.id);
  expect(out).toMatch(new RegExp(`^id +${made.id}\\nname +Acme Ltd\\ncreatedAt +\\d{4}-\\S+Z\\nupdatedAt +\\S+Z\\n$`));
  const list = await run('orgs', 'list', '--limit', '1000');
  expect(list.out).toMatch(/^id +name +created at\n/);
  expect(list.out).toMatch(new RegExp(`\\n${made.id} {2}Acme Ltd +\\d{4}-`));
  expect(await run('orgs', 'delete', made.id)).toEqual({ code: 0, out: 'The organization is deleted.\n', err: '' });
  expect((await run('orgs', 'show', made.id)).code).toBe(3);
});

test('a list goes on over pages until there are enough, and says how to go on', async () => {
  for (let n = 0; n < 3; n += 1) await json('orgs', 'create', '--name', `Org ${n}`);
  const first = await json('orgs', 'list', '--limit', '2');
  expect(first.data).toHaveLength(2);
  const rest = await json('orgs', 'list', '--after', first.nextCursor, '--limit', '1000');
  expect(rest.nextCursor).toBe(null);
  const all = await json('orgs', 'list', '--limit', '1000');
  expect([...first.data, ...rest.data]).toEqual(all.data);
  const told = await run('orgs', 'list', '--limit', '2');
  expect(told.err).toBe(`There are more: --after '${first.nextCursor}'\n`);
  expect(told.out.trim().split('\n')).toHaveLength(3);
});

test('a directory: its token once, its tokens, rotation and revocation, disabling and deletion', async () => {
  const { organizationId } = await newDirectory();
  const made = await json('directories', 'create', '--org', organizationId, '--name', 'Okta', '--provider', 'okta');
  expect(made).toMatchObject({ provider: 'okta', state: 'pending', token: expect.stringMatching(/^rcs_/) });
  const second = await run('directories', 'rotate', made.id);
  expect(second.out).toMatch(/\ntoken +rcs_\S+ {2}shown this once\n/);
  const { tokens } = await json('directories', 'show', made.id);
  expect(tokens).toHaveLength(2);
  const full = await run('directories', 'rotate', made.id);
  expect([full.code, full.err]).toEqual([4, 'rollcall: A directory has at most 2 live tokens; revoke one first.\n']);
  expect((await run('directories', 'revoke', made.id, tokens[0].id)).out).toContain('The token is revoked');
  expect((await run('directories', 'show', made.id)).out).toMatch(/\ntokens\nid +hint +created at/);
  expect((await json('directories', 'disable', made.id)).enabled).toBe(false);
  expect((await json('directories', 'enable', made.id)).enabled).toBe(true);
  const guard = '{"maxUsers": 20, "windowMinutes": 60}';
  expect((await json('directories', 'update', made.id, '--deletion-guard', guard)).deletionGuard.maxUsers).toBe(20);
  expect((await json('directories', 'update', made.id, '--deletion-guard', 'none')).deletionGuard).toBe(null);
  expect((await run('directories', 'delete', made.id)).out).toBe('The directory is deleted.\n');
  expect((await json('directories', 'list', '--org', organizationId)).data[1].state).toBe('deleted');
});

test('an endpoint with all its settings, its test, its rotation and its end', async () => {
  const directory = await newDirectory();
  const made = await json(
    ...[
      'endpoints',
      'create',
      '--webhook-url',
      receiver.url,
      '--types',
      'user.*,group.created',
      '--types',
      'directory.*',
    ],
    ...['--filter', 'department eq "Sales"', '--payload', 'ids', '--ordering', 'directory', '--rate-limit', '5.5'],
    ...[
      '--header',
      'x-api-key: abc',
      '--header',
      'x-other: d: e',
      '--description',
      'mine',
      '--directory',
      directory.id,
    ],
  );
  receiver.trust(made.secret);
  expect(made).toMatchObject({
    ...{ eventTypes: ['user.*', 'group.created', 'directory.*'], filter: 'department eq "Sales"', payload: 'ids' },
    ...{ ordering: 'directory', rateLimit: { perSecond: 5.5 }, headerNames: ['x-api-key', 'x-other'] },
    ...{ description: 'mine', directoryId: directory.id, organizationId: directory.organizationId },
  });
  const { out } = await run('endpoints', 'test', made.id, '--type', 'group.created');
  expect(out).toMatch(/\ntype +group\.created\ndelivered +true\n/);
  expect(receiver.arrivals.at(-1)).toMatchObject({ isVerified: true });
  expect(await json('endpoints', 'update', made.id, '--rate-limit', 'none', '--filter', 'none')).toMatchObject({
    ...{ rateLimit: null, filter: null, payload: 'ids' },
  });
  const empty = await run('endpoints', 'update', made.id);
  expect([empty.code, empty.err]).toEqual([
    2,
    expect.stringMatching(/nothing to change; give at least one of --webhook-url, --types/),
  ]);
  expect(await json('endpoints', 'rotate', made.id, '--overlap-hours', '1')).toMatchObject({
    secret: expect.stringMatching(/^whsec_/),
  });
  expect((await json('endpoints', 'disable', made.id)).enabled).toBe(false);
  expect((await run('endpoints', 'list', '--directory', directory.id)).out).toContain(
    'disabled through the management API',
  );
  expect((await json('endpoints', 'enable', made.id)).enabled).toBe(true);
  expect((await run('endpoints', 'delete', made.id)).code).toBe(0);
});

test('what the API refuses is told by field and flag, and has an exit code by its kind', async () => {
  const nobody = '01900000-0000-7000-8000-000000000000';
  const wrong = await run('directories', 'create', '--org', 'acme', '--name', ' ');
  expect(wrong).toEqual({
    code: 2,
    out: '',
    err:
      'rollcall: organizationId (--org) must be an id, such as an earlier answer gave it\n' +
      '  name (--name) must have at least 1 characters\n',
  });
  expect((await run('directories', 'create', '--org', nobody, '--name', 'x')).err).toContain(
    'organizationId (--org) names no organization',
  );
  expect((await run('deliveries', 'retry', nobody)).code).toBe(3);
  expect((await run('events', 'show', nobody)).code).toBe(3);
  const used = await newDirectory();
  expect(await run('orgs', 'delete', used.organizationId)).toMatchObject({
    code: 4,
    err: expect.stringContaining(`The organization has the directory ${used.id}`),
  });
  expect((await run('orgs', 'list', '--key', 'wrong-key')).code).toBe(77);
  expect((await run('orgs', 'list', '--url', `http://localhost:${await freePort()}`)).code).toBe(69);
  const missing = await run('orgs', 'create');
  expect([missing.code, missing.err]).toEqual([
    2,
    expect.stringContaining("required option '--name <name>' not specified"),
  ]);
});

test('events are listed, shown, and followed as they come', async () => {
  const directory = await newDirectory();
  await play(directory, { provider: 'okta', users: 3, groups: 1, seed: 1 });
  const of = ['--directory', directory.id] as const;
  const { data } = await json('events', 'list', ...of, '--limit', '500');
  expect(data.map(({ seq }: { seq: number }) => seq)).toEqual(data.map((_: unknown, index: number) => index + 1));
  const users = await run('events', 'list', ...of, '--types', 'user.created', '--since', '10m', '--limit', '2');
  expect(users.out).toMatch(
    /^id +type +subject +seq +timestamp +directory id\n\S{36} {2}user\.created {2}\S+@acme\.example /,
  );
  const created = data.find(({ type }: { type: string }) => type === 'user.created');
  // Nothing subscribes to it, so that it is found by the time in its id.
  expect(await json('events', 'show', created.id)).toEqual(created);
  expect((await run('events', 'show', created.id)).out).toMatch(/\ndata\.userName +\S+@acme\.example\n/);

  const tail = startRollcall(['events', 'tail', ...of, '--types', 'user.*', '--json'], env);
  const human = startRollcall(['events', 'tail', ...of, '--since', '1h'], env);
  await human.saw(/directory\.activated/);
  await eventually('the tail is connected', async () => {
    await play(directory, { provider: 'okta', users: 1, groups: 1, seed: Date.now() % 1000 });
    return tail.stdout() !== '';
  });
  const first = JSON.parse(tail.stdout().split('\n')[0] ?? '') as { type: string; seq: number };
  expect(first.type).toMatch(/^user\./);
  expect(first.seq).toBeGreaterThan(data.length);
  expect(human.stdout()).toMatch(/^\d\d:\d\d:\d\d {2}directory\.activated {4}\S+ +#1\n/);
  for (const one of [tail, human]) expect(await one.kill('SIGINT')).toBe(0);
});

test('deliveries are listed, shown with their attempts, retried and skipped, and their states are followed', async () => {
  let status = 500;
  const failing = await startReceiver(
    () => undefined,
    () => status,
  );
  const directory = await newDirectory();
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const tail = startRollcall(['deliveries', 'tail', '--directory', directory.id], env);
  const { id: endpoint, secret } = await management.createEndpoint(failing.url);
  failing.trust(secret);
  // A tail has no first line: what it has missed is told when it changes.
  await play(directory, { provider: 'okta', users: 1, groups: 1, seed: 1 });
  const retrying = async () => (await json('deliveries', 'list', '--endpoint', endpoint, '--status', 'retrying')).data;
  const [delivery] = await eventually(
    'one has failed',
    async () => (await retrying()).length > 0 && (await retrying()),
  );
  const shown = await run('deliveries', 'show', delivery.id);
  expect(shown.out).toMatch(/\nlastError +the receiver answered 500\n/);
  expect(shown.out).toMatch(/\nattempts\nstarted at +status +duration ms/);
  expect((await json('deliveries', 'show', delivery.id)).attempts[0]).toMatchObject({ status: 500 });
  // By its delivery.
  expect((await json('events', 'show', delivery.eventId)).id).toBe(delivery.eventId);
  status = 204;
  expect((await run('deliveries', 'retry', delivery.id)).code).toBe(0);
  await tail.saw(new RegExp(`delivered .*attempt \\d+: 204 in \\S+ m?s {2}${delivery.id}`));
  expect((await run('deliveries', 'skip', delivery.id)).code).toBe(4);
  expect(await tail.kill('SIGINT')).toBe(0);
  await failing.close();
});

test('a reader that has seen enough ends the command quietly, as soon as there is more to say', async () => {
  const directory = await newDirectory();
  const entry = join(__dirname, '../../.test-build/services/cli/main.js');
  const tail = spawn(process.execPath, [entry, 'events', 'tail', '--directory', directory.id, '--since', '1h'], {
    env,
  });
  let said = '';
  tail.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  tail.stdout.once('data', () => tail.stdout.destroy());
  const ended = new Promise((resolve) => tail.once('close', resolve));
  const read = eventually('it has read and gone', () => tail.stdout.destroyed);
  await play(directory, { provider: 'okta', users: 1, groups: 1, seed: 1 });
  await read;
  await play(directory, { provider: 'okta', users: 1, groups: 1, seed: 2 });
  expect([await ended, said]).toEqual([141, '']);
});

test('references as JSON', async () => {
  const names = (await json('config')).map(({ name }: { name: string }) => name);
  expect(names).toContain('ROLLCALL_URL');
  expect((await json('events')).find(({ type }: { type: string }) => type === 'user.created').schema.title).toBe(
    'user.created',
  );
  const listen = (await json('commands')).find(({ command }: { command: string }) => command === 'rollcall listen');
  expect(listen).toMatchObject({ example: expect.stringContaining('--forward-to'), options: expect.any(Array) });
});
