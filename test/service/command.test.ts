import { request } from 'undici';
import { openManagement } from '../../services/cli/demo/management.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The `rollcall` command as an operator meets it: processes, exit codes and what they write. */

jest.setTimeout(90_000);

const AT = /Rollcall is at (http:\/\/localhost:\d+)/;

test('every wrong variable is named at once, and the exit code is 78', async () => {
  const command = startRollcall(['standalone'], {
    ROLLCALL_PORT: 'eighty',
    ROLLCALL_LOG_PARTITIONS: '0',
    ROLLCALL_PUBLIC_UR: 'https://scim.example',
    ROLLCALL_ENCRYPTION_KEY: 'too-short',
  });
  expect(await command.exited).toBe(78);
  expect(command.stdout()).toBe('');
  for (const name of ['ROLLCALL_PORT', 'ROLLCALL_LOG_PARTITIONS', 'ROLLCALL_PUBLIC_UR', 'ROLLCALL_ENCRYPTION_KEY']) {
    expect(command.stderr()).toContain(`${name}:`);
  }
  expect(command.stderr()).toContain('did you mean ROLLCALL_PUBLIC_URL?');
  // A secret is not repeated, not even a wrong one.
  expect(command.stderr()).not.toContain('too-short');
});

test('a role without the servers that it needs says which variables are missing', async () => {
  const command = startRollcall(['dispatcher']);
  expect(await command.exited).toBe(78);
  for (const name of ['MONGODB_URI', 'KAFKA_BROKERS', 'ROLLCALL_ENCRYPTION_KEY']) {
    expect(command.stderr()).toContain(`${name}: it is not set`);
  }
});

test('the first start prints the URL and an admin key, once; SIGTERM drains and exits 0', async () => {
  const env = { ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: temporaryFolder() };
  const first = startRollcall(['standalone'], env);
  const [, url = ''] = await first.saw(AT);
  const [, key = ''] = await first.saw(/Admin key, shown this once: (rca_\S+)/);
  expect(first.stdout()).toContain(`The console is at ${url}/console`);
  const authorization = `Bearer ${key}`;
  expect((await request(`${url}/v1/organizations`, { headers: { authorization } })).statusCode).toBe(200);
  expect((await request(`${url}/readyz`)).statusCode).toBe(200);
  expect(await first.kill('SIGTERM')).toBe(0);

  const second = startRollcall(['standalone'], env);
  const [, again = ''] = await second.saw(AT);
  expect((await request(`${again}/v1/organizations`, { headers: { authorization } })).statusCode).toBe(200);
  expect(await second.kill('SIGTERM')).toBe(0);
  expect(second.stdout()).not.toContain('rca_');
});

test('a data folder that another process holds is refused, not corrupted', async () => {
  const folder = temporaryFolder();
  const env = { ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: folder };
  const holder = startRollcall(['standalone'], env);
  const [, url = ''] = await holder.saw(AT);
  const late = startRollcall(['standalone'], env);
  expect(await late.exited).toBe(1);
  expect(late.stderr()).toContain(folder);
  expect(late.stderr()).toContain('ROLLCALL_DATA_DIR');
  expect((await request(`${url}/readyz`)).statusCode).toBe(200);
  expect(await holder.kill('SIGTERM')).toBe(0);
});

test('a data folder that cannot be one is refused in a sentence', async () => {
  const command = startRollcall(['standalone'], { ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: __filename });
  expect(await command.exited).toBe(1);
  expect(command.stderr()).toMatch(/cannot be the data folder .* choose another one with ROLLCALL_DATA_DIR\n$/);
});

test('simulate refuses a URL that is none', async () => {
  const command = startRollcall(['simulate', '--url', 'nowhere', '--token', 'x']);
  expect(await command.exited).toBe(2);
  expect(command.stderr()).toContain('It must be a URL');
});

test('a first start that fails on a taken port leaves no admin key behind that nobody has seen', async () => {
  const folder = temporaryFolder();
  const holder = startRollcall(['standalone'], { ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: temporaryFolder() });
  const [, port = ''] = await holder.saw(/localhost:(\d+)/);
  const refused = startRollcall(['standalone'], { ROLLCALL_PORT: port, ROLLCALL_DATA_DIR: folder });
  expect(await refused.exited).toBe(1);
  expect(refused.stderr()).toContain(`port ${port}: another process listens on it`);
  const second = startRollcall(['standalone'], { ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: folder });
  await second.saw(/Admin key, shown this once: rca_/);
  await Promise.all([holder, second].map((one) => one.kill('SIGTERM')));
});

test('fewer log partitions than directories use are refused, with both numbers', async () => {
  const env = { ROLLCALL_PORT: '0', ROLLCALL_DATA_DIR: temporaryFolder(), ROLLCALL_ADMIN_KEY: 'partition-test' };
  const wide = startRollcall(['standalone'], env);
  const [, url = ''] = await wide.saw(AT);
  const management = openManagement(url, env.ROLLCALL_ADMIN_KEY);
  const organization = await management.createOrganization('Acme');
  for (let index = 0; index < 12; index += 1) await management.createDirectory(organization, `d${index}`, 'okta');
  expect(await wide.kill('SIGTERM')).toBe(0);
  const narrow = startRollcall(['standalone'], { ...env, ROLLCALL_LOG_PARTITIONS: '1' });
  expect(await narrow.exited).toBe(1);
  expect(narrow.stderr()).toMatch(/ROLLCALL_LOG_PARTITIONS: it is 1, but directories use \d+ partitions/);
});

test('rollcall config prints every variable', async () => {
  const command = startRollcall(['config']);
  expect(await command.exited).toBe(0);
  expect(command.stdout()).toContain('| `ROLLCALL_DATA_DIR` |');
});

test('an unknown command is named, and the exit code is 2', async () => {
  const command = startRollcall(['dispatch']);
  expect(await command.exited).toBe(2);
  expect(command.stderr()).toContain('dispatch');
});
