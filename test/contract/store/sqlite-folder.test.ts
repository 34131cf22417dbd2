import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openDatabase, type Database } from '../../../shared/store/sqlite/database.js';
import { DataFolderInUse } from '../../../shared/store/sqlite/folder-lock.js';
import { DatabaseTooNew } from '../../../shared/store/check-version.js';
import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import { eventually } from '../../support/eventually.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { holdFolderScript } from './hold-folder.js';
import { create, createChain, headOf, user } from './suite/fixtures.js';

interface Holder {
  readonly child: ChildProcess;
  readonly directoryId: string;
  /** The last commit that the process was told is committed. */
  readonly acknowledged: () => number;
}

const holders: ChildProcess[] = [];

afterEach(() => holders.splice(0).forEach((child) => void child.kill('SIGKILL')));

/** Starts a process that holds the folder and commits without end. */
async function hold(folder: string): Promise<Holder> {
  const child = spawn(process.execPath, ['--import', 'tsx', holdFolderScript, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(child);
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  await eventually('the other process commits', () => lines.length > 20);
  return { child, directoryId: lines[0] ?? '', acknowledged: () => Number(lines.at(-1)) };
}

const migrationsOf = (database: Database): unknown[] =>
  database
    .prepare('SELECT number FROM migrations ORDER BY number')
    .all()
    .map(({ number }) => number);
const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('close', resolve));

describe('a data folder belongs to one process', () => {
  test('another process is refused with the folder and what to do, while the first works on unharmed', async () => {
    const folder = temporaryFolder();
    const holder = await hold(folder);
    const refused = openSqliteStore({ dataDir: folder });
    await expect(refused).rejects.toThrow(DataFolderInUse);
    await expect(refused).rejects.toThrow(folder);
    await expect(refused).rejects.toThrow('stop that process, or choose another folder with ROLLCALL_DATA_DIR');
    const before = holder.acknowledged();
    await eventually('the first process commits on', () => holder.acknowledged() > before + 20);
  });

  test('after kill -9 it is free at once, and nothing acknowledged is lost or half there', async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 3; round += 1) {
      const { child, directoryId, acknowledged } = await hold(folder);
      const isEnded = ended(child);
      child.kill('SIGKILL');
      await isEnded;
      const store = await openSqliteStore({ dataDir: folder });
      const { number, lastSeq, counts } = await store.commits.head(directoryId);
      expect(number).toBeGreaterThanOrEqual(acknowledged());
      expect({ lastSeq, counts }).toEqual({ lastSeq: number * 2, counts: { User: number * 2 } });
      const events = await store.events.ofDirectory(directoryId, 0, number * 3);
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: number * 2 }, (_, index) => index + 1));
      expect(await store.resources.list(directoryId, 'User', undefined, { limit: number * 3 })).toHaveLength(
        number * 2,
      );
      await store.close();
    }
  }, 60_000);

  test('a second store of the same process is refused too, until the first is closed', async () => {
    const folder = temporaryFolder();
    const first = await openSqliteStore({ dataDir: folder });
    await expect(openSqliteStore({ dataDir: join(folder, '.', '') })).rejects.toThrow(DataFolderInUse);
    await expect(openSqliteStore({ dataDir: folder })).rejects.toThrow(DataFolderInUse);
    await first.close();
    const second = await openSqliteStore({ dataDir: folder });
    await second.close();
  });
});

describe('opening and closing', () => {
  test('the folder is made, readable by its owner only', async () => {
    const folder = join(temporaryFolder(), 'deep', 'data');
    const store = await openSqliteStore({ dataDir: folder });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await store.close();
  });

  test('a closed store is one complete file: a copy of it alone has all that was committed', async () => {
    const [folder, copy] = [temporaryFolder(), temporaryFolder()];
    const first = await openSqliteStore({ dataDir: folder });
    const chain = createChain(first.commits);
    const commit = await chain.write([create(user('u1'))]);
    await first.close();
    copyFileSync(join(folder, 'rollcall.db'), join(copy, 'rollcall.db'));
    const second = await openSqliteStore({ dataDir: copy });
    expect(await second.commits.head(chain.directory.id)).toEqual(headOf(commit));
    expect(await second.resources.get(chain.directory.id, 'User', 'u1')).toEqual(user('u1'));
    await second.close();
  });

  test('a closed store fails its check', async () => {
    const store = await openSqliteStore({ dataDir: temporaryFolder() });
    await expect(store.check()).resolves.toBeUndefined();
    await store.close();
    await expect(store.check()).rejects.toThrow();
  });

  test('a database that a newer version has written is refused, says so, and is left as it was', async () => {
    const folder = temporaryFolder();
    await openSqliteStore({ dataDir: folder }).then((store) => store.close());
    const file = join(folder, 'rollcall.db');
    const database = openDatabase(file);
    const known = migrationsOf(database);
    database.exec('INSERT INTO migrations VALUES (99, 0)');
    database.close();
    const refused = openSqliteStore({ dataDir: folder });
    await expect(refused).rejects.toThrow(DatabaseTooNew);
    await expect(refused).rejects.toThrow(`${file}: written by a newer version of Rollcall (migration 99,`);
    const after = openDatabase(file);
    expect(migrationsOf(after)).toEqual([...known, 99]);
    after.exec('DELETE FROM migrations WHERE number = 99');
    after.close();
    await openSqliteStore({ dataDir: folder }).then((store) => store.close());
  });

  test('a file that is no database is refused by name, left as it was, and the folder is free again', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'rollcall.db');
    writeFileSync(file, 'not a database'.repeat(1000));
    await expect(openSqliteStore({ dataDir: folder })).rejects.toThrow(`${file}: cannot be opened as a database`);
    await expect(openSqliteStore({ dataDir: folder })).rejects.not.toThrow(DataFolderInUse);
  });
});
