import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { createDigest } from '../../shared/directory/digest.js';
import { DatabaseSync } from '@photostructure/sqlite';
import { openManagement } from '../../services/cli/demo/management.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { eventually } from '../support/eventually.js';
import { setStage } from '../support/provisioning.js';
import { startRollcall } from '../support/rollcall.js';
import { startStandalone } from '../support/standalone.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** `rollcall backup` and `rollcall restore`, as processes. */

jest.setTimeout(120_000);

async function rollcall(args: readonly string[], env: Readonly<Record<string, string>>) {
  const run = startRollcall(args, env);
  return { code: await run.exited, stdout: run.stdout(), stderr: run.stderr() };
}

interface Told {
  readonly type: string;
  readonly data: {
    readonly id: string;
    readonly version: number;
    readonly group: { readonly id: string; readonly version: number };
    readonly members: readonly { readonly id: string }[];
  };
}

/** The digest of the state that events lead to. */
function digestOf(events: readonly Told[]): string {
  const versions = new Map<string, { readonly type: 'User' | 'Group'; readonly version: number }>();
  const members = new Map<string, { readonly groupId: string; readonly memberId: string }>();
  for (const { type, data } of events) {
    const [resource, change] = type.split('.');
    if (change === 'created' || change === 'updated') {
      versions.set(data.id, { type: resource === 'user' ? 'User' : 'Group', version: data.version });
    }
    if (change === 'deleted') {
      versions.delete(data.id);
      for (const [key, { groupId, memberId }] of members) {
        if (groupId === data.id || memberId === data.id) members.delete(key);
      }
    }
    if (change?.startsWith('members_') !== true) continue;
    versions.set(data.group.id, { type: 'Group', version: data.group.version });
    for (const { id } of data.members) {
      if (change === 'members_added') members.set(`${data.group.id}/${id}`, { groupId: data.group.id, memberId: id });
      else members.delete(`${data.group.id}/${id}`);
    }
  }
  const digest = createDigest();
  for (const [id, { type, version }] of versions) digest.resource(type, { id, version });
  for (const membership of members.values()) digest.membership(membership);
  return digest.result().digest;
}

async function call(url: string, key: string, method: 'GET' | 'POST', body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await request(url, { method, headers, ...sent });
  expect(answer.statusCode).toBe(200);
  return (await answer.body.json()) as Record<string, unknown>;
}

test('a backup that is taken while a provider writes is the state after some event, with all that makes it work', async () => {
  const original = await startStandalone();
  const stage = await setStage(original.url, original.adminKey, 'okta');
  const backup = join(temporaryFolder(), 'backup');
  let writes = 0;
  let taken: ReturnType<typeof rollcall> | undefined;
  await stage.play({
    ...{ provider: 'okta', seed: 3, users: 60, groups: 6, concurrency: 8 },
    onRequest: ({ acknowledged }) => {
      writes += acknowledged === null ? 0 : 1;
      if (writes >= 60) taken ??= rollcall(['backup', backup], { ROLLCALL_DATA_DIR: original.dataDir });
    },
  });
  const { code, stdout, stderr } = (await taken) ?? { code: 1, stdout: '', stderr: 'not taken' };
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/is backed up in .*backup, \d+\.\d MiB\. Bring it back with: rollcall restore /);
  for (const file of ['rollcall.db', 'encryption.key']) {
    expect(statSync(join(backup, file)).mode & 0o777).toBe(0o600);
  }

  const folder = temporaryFolder();
  const restored = await rollcall(['restore', backup], { ROLLCALL_DATA_DIR: folder });
  expect([restored.code, restored.stderr]).toEqual([0, '']);
  const all = await openManagement(original.url, original.adminKey).events(stage.directory.id);
  await original.kill('SIGTERM');
  const copy = await startStandalone(folder, original.adminKey);
  const known = await openManagement(copy.url, copy.adminKey).events(stage.directory.id);
  expect(known).toEqual(all.slice(0, known.length));
  expect(known.length).toBeGreaterThan(50);
  const { digest, seq } = await call(`${copy.url}/v1/directories/${stage.directory.id}/digest`, copy.adminKey, 'GET');
  expect([digest, seq]).toEqual([digestOf(known.map((body) => JSON.parse(body) as Told)), known.length]);

  // Tokens and signing secrets are good, and what was pending is delivered.
  const scim = await request(`${copy.url}/scim/${stage.directory.id}/v2/Users?count=1`, {
    headers: { authorization: `Bearer ${stage.directory.token}` },
  });
  expect([scim.statusCode, await scim.body.text()]).toEqual([200, expect.stringContaining('ListResponse')]);
  const { data } = await call(`${copy.url}/v1/endpoints`, copy.adminKey, 'GET');
  const [{ id }] = data as [{ id: string }];
  expect(await call(`${copy.url}/v1/endpoints/${id}/test`, copy.adminKey, 'POST', {})).toMatchObject({
    delivered: true,
  });
  await eventually('all delivered', async () => {
    const { deliveries } = await call(`${copy.url}/v1/endpoints/${id}`, copy.adminKey, 'GET');
    return Object.keys(deliveries as object).every((status) => status === 'delivered');
  });
  expect(await copy.kill('SIGTERM')).toBe(0);
  await stage.receiver.close();
});

/** A folder with a database of one kind of row. */
async function folderWith(rows: number, name: string): Promise<string> {
  const folder = join(temporaryFolder(), 'data');
  await (await openSqliteStore({ dataDir: folder })).close();
  const database = new DatabaseSync(join(folder, 'rollcall.db'));
  database.exec(`CREATE TABLE filler (name TEXT, text TEXT)`);
  const insert = database.prepare('INSERT INTO filler VALUES (?, ?)');
  database.exec('BEGIN');
  for (let row = 0; row < rows; row += 1) insert.run(name, 'x'.repeat(1000));
  database.exec('COMMIT');
  database.close();
  return folder;
}

const rowsIn = (folder: string): unknown => {
  const database = new DatabaseSync(join(folder, 'rollcall.db'), { readOnly: true });
  try {
    return { ...database.prepare('SELECT name, count(*) AS rows FROM filler GROUP BY name').get() };
  } finally {
    database.close();
  }
};

test('a restore that is killed has replaced all or nothing', async () => {
  const [backup, folder] = [await folderWith(40_000, 'new'), await folderWith(100, 'old')];
  const restoring = ['restore', backup, '--replace'];
  const log = join(folder, 'rollcall.db-wal');
  const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  for (const share of [1, 15]) {
    const run = startRollcall(restoring, { ROLLCALL_DATA_DIR: folder });
    await eventually('some of it written', async () => sizeOf(log) > share * 1_000_000);
    await run.kill('SIGKILL');
    expect([
      { name: 'old', rows: 100 },
      { name: 'new', rows: 40_000 },
    ]).toContainEqual(rowsIn(folder));
  }
  expect(await rollcall(restoring, { ROLLCALL_DATA_DIR: folder })).toMatchObject({ code: 0, stderr: '' });
  expect(rowsIn(folder)).toEqual({ name: 'new', rows: 40_000 });
});

describe('refusals, which change nothing', () => {
  let backup = '';
  beforeAll(async () => (backup = await folderWith(1, 'backup')));
  const refused = async (args: readonly string[], env: Readonly<Record<string, string>>, text: RegExp) => {
    const { code, stdout, stderr } = await rollcall(args, env);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(text);
  };

  test('a data folder without a database', () =>
    refused(
      ['backup', join(temporaryFolder(), 'b')],
      { ROLLCALL_DATA_DIR: temporaryFolder() },
      /there is no database; set ROLLCALL_DATA_DIR/,
    ));

  test('a folder for the backup that has something in it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await refused(
      ['backup', folder],
      { ROLLCALL_DATA_DIR: backup },
      /has something in it already; name a folder that is new or empty/,
    );
  });

  test('a database where the backup would go', async () => {
    const folder = await folderWith(2, 'own');
    await refused(
      ['restore', backup],
      { ROLLCALL_DATA_DIR: folder },
      /own; say --replace|already; back it up and say --replace/,
    );
    expect(rowsIn(folder)).toEqual({ name: 'own', rows: 2 });
  });

  test('a process that uses the data folder', async () => {
    const standalone = await startStandalone();
    await refused(
      ['restore', backup, '--replace'],
      { ROLLCALL_DATA_DIR: standalone.dataDir },
      /another Rollcall process uses it; stop that process/,
    );
    expect(await standalone.kill('SIGTERM')).toBe(0);
  });

  test('a damaged backup', async () => {
    const [damaged, folder] = [temporaryFolder(), temporaryFolder()];
    const bytes = readFileSync(join(backup, 'rollcall.db'));
    bytes.fill(0xff, 20_000, 60_000);
    writeFileSync(join(damaged, 'rollcall.db'), bytes);
    await refused(
      ['restore', damaged],
      { ROLLCALL_DATA_DIR: folder },
      /is damaged or no database of Rollcall .* take another backup/,
    );
    mkdirSync(join(damaged, 'text'));
    writeFileSync(join(damaged, 'text', 'rollcall.db'), 'no database');
    await refused(['restore', join(damaged, 'text')], { ROLLCALL_DATA_DIR: folder }, /is damaged or no database/);
  });

  test('a backup of a newer version', async () => {
    const newer = await folderWith(1, 'newer');
    const database = new DatabaseSync(join(newer, 'rollcall.db'));
    database.exec('INSERT INTO migrations VALUES (999, 0)');
    database.close();
    await refused(
      ['restore', newer],
      { ROLLCALL_DATA_DIR: temporaryFolder() },
      /written by a newer version of Rollcall/,
    );
  });

  test('MongoDB', () =>
    refused(
      ['backup', join(temporaryFolder(), 'b')],
      { MONGODB_URI: 'mongodb://127.0.0.1:1/none' },
      /use mongodump and mongorestore/,
    ));
});
