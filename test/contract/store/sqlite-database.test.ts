import { join } from 'node:path';
import { constants, DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { newId } from '../../../shared/runtime/ids.js';
import { MalformedCommit } from '../../../shared/store/check-commit.js';
import { text } from '../../../shared/store/sqlite/columns.js';
import { createCommits } from '../../../shared/store/sqlite/commits.js';
import { compiledOnce, openDatabase, type Database, type Value } from '../../../shared/store/sqlite/database.js';
import { createDeliveries } from '../../../shared/store/sqlite/deliveries.js';
import { createErasure } from '../../../shared/store/sqlite/erasure.js';
import { createEvents } from '../../../shared/store/sqlite/events.js';
import { createJournals } from '../../../shared/store/sqlite/journals.js';
import { createLeases } from '../../../shared/store/sqlite/leases.js';
import { migrate } from '../../../shared/store/sqlite/migrations.js';
import { createOutbox } from '../../../shared/store/sqlite/outbox.js';
import { createRegistry } from '../../../shared/store/sqlite/registry.js';
import { createResources } from '../../../shared/store/sqlite/resources.js';
import { createRetention } from '../../../shared/store/sqlite/retention.js';
import type { RequestEntry } from '../../../shared/store/request-log.js';
import { DELIVERY_STATUSES } from '../../../shared/webhooks/delivery.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { create, createChain, user } from './suite/fixtures.js';

const opened: Database[] = [];

function open(): Database {
  const database = openDatabase(join(temporaryFolder(), 'test.db'));
  opened.push(database);
  return database;
}

afterEach(() => opened.splice(0).forEach((database) => database.close()));

describe('values', () => {
  test('any text comes back as it was, is found by itself, and equals no other text', () => {
    const database = open();
    database.exec('CREATE TABLE texts (text TEXT PRIMARY KEY)');
    const insert = database.prepare('INSERT INTO texts VALUES (?) ON CONFLICT DO NOTHING');
    const find = database.prepare('SELECT text FROM texts WHERE text = ?');
    const unit = fc.constantFrom('a', 'b', '\0', '\ud83d', '\ude00', 'é', '\ufffd', '');
    const inserted = new Set<string>();
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 5 }), (units) => {
        const value = units.join('');
        expect(insert.run(value)).toBe(inserted.has(value) ? 0 : 1);
        inserted.add(value);
        expect(find.all(value).map((row) => text(row, 'text'))).toEqual([value]);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a Date', new Date()],
    ['a boolean', true],
    ['undefined', undefined],
    ['NaN', NaN],
    ['infinity', Infinity],
    ['an object', {}],
    ['bytes', Buffer.from('x')],
  ])('%s is refused, not stored as something else', (_what, value) => {
    const database = open();
    database.exec('CREATE TABLE anything (value)');
    const insert = database.prepare('INSERT INTO anything VALUES (?)');
    expect(() => insert.run(value as unknown as Value)).toThrow(
      /cannot store .*: bind a string, a finite number or null/,
    );
    expect(database.prepare('SELECT * FROM anything').all()).toEqual([]);
  });
});

describe('a limit that is bound', () => {
  /** How often SQLite compiles a statement that is run three times. */
  const compilations = (sql: string): number => {
    const connection = new DatabaseSync(':memory:');
    connection.exec('CREATE TABLE numbers (number INTEGER PRIMARY KEY); INSERT INTO numbers VALUES (1), (2), (3)');
    let count = 0;
    // It is asked for the right to select once in each compilation.
    connection.setAuthorizer((action) => {
      if (action === constants.SQLITE_SELECT) count += 1;
      return constants.SQLITE_OK;
    });
    const statement = connection.prepare(sql);
    const found = [2, 1, 2].map((limit) => statement.all(0, limit).length);
    connection.setAuthorizer(null);
    connection.close();
    expect(found).toEqual([2, 1, 2]);
    return count;
  };

  test.each([
    'SELECT number FROM numbers WHERE number > ? ORDER BY number LIMIT ?',
    'SELECT number FROM numbers WHERE number > ?1 ORDER BY number LIMIT ?2',
  ])('%s is compiled once and not for each run', (sql) => {
    expect(compilations(compiledOnce(sql))).toBe(1);
    // What it is for: when this is 1 too, it may go.
    expect(compilations(sql)).toBeGreaterThan(1);
  });

  test('a page with an offset is what it was', () => {
    const database = open();
    database.exec('CREATE TABLE numbers (number INTEGER PRIMARY KEY); INSERT INTO numbers VALUES (1), (2), (3)');
    const page = database.prepare('SELECT number FROM numbers ORDER BY number LIMIT ? OFFSET ?');
    expect(page.all(2, 1)).toEqual([{ number: 2 }, { number: 3 }]);
    expect(page.all(0, 0)).toEqual([]);
  });
});

describe('transactions', () => {
  test.each(['durably', 'lazily'] as const)('what fails inside %s leaves nothing, and the next one works', (kind) => {
    const database = open();
    database.exec('CREATE TABLE numbers (number INTEGER PRIMARY KEY)');
    const insert = database.prepare('INSERT INTO numbers VALUES (?)');
    const twice = (): void => {
      insert.run(1);
      insert.run(1);
    };
    expect(() => database[kind](twice)).toThrow(/UNIQUE/);
    expect(database.prepare('SELECT * FROM numbers').all()).toEqual([]);
    expect(database[kind](() => insert.run(1))).toBe(1);
  });

  test('the log is synced for each durable transaction, and not for lazy ones', () => {
    const database = open();
    const synchronous = (): unknown => database.prepare('PRAGMA synchronous').get()?.['synchronous'];
    const [normal, full] = [1, 2];
    expect(database.durably(synchronous)).toBe(full);
    expect(database.lazily(synchronous)).toBe(normal);
    expect(database.durably(synchronous)).toBe(full);
  });
});

test('a commit whose events do not follow those of the commit before is refused and writes nothing', async () => {
  const database = open();
  migrate(database);
  const commits = createCommits(database);
  const chain = createChain(commits);
  await chain.write([create(user('u1'))], { events: 2 });
  const { events, ...next } = chain.next([create(user('u2'))], { events: 3 });
  await expect(commits.commit({ ...next, events: events.slice(1) })).rejects.toThrow(MalformedCommit);
  expect(await commits.head(chain.directory.id)).toEqual(chain.head);
});

test('migrating again changes nothing', () => {
  const database = open();
  const schema = (): unknown =>
    database.prepare('SELECT sql FROM sqlite_schema UNION ALL SELECT applied_at FROM migrations').all();
  migrate(database);
  const before = schema();
  migrate(database);
  expect(schema()).toEqual(before);
});

test('no query reads a whole table, nor everything that a directory has', async () => {
  const database = open();
  migrate(database);
  const queries = new Set<string>();
  const watched: Database = {
    ...database,
    prepare(sql) {
      queries.add(sql);
      return database.prepare(sql);
    },
  };
  createCommits(watched);
  createResources(watched);
  createOutbox(watched);
  createEvents(watched);
  createLeases(watched);
  createRetention(watched);
  createErasure(watched);
  const deliveries = createDeliveries(watched);
  const registry = createRegistry(watched);
  const { audit, requests } = createJournals(watched);
  const page = { beforeId: 'x', since: 0, until: 1, limit: 1, scan: 1 };
  for (const lookup of ['organizationId', 'directoryId', 'action', 'actor']) {
    await audit.search({ [lookup]: 'x' }, page);
    await audit.search({ [lookup]: 'x', action: 'y', actor: 'z' }, page);
  }
  await requests.search({ directoryId: 'x', status: 409, method: 'PUT' }, page);
  for (const filter of [{ endpointId: 'x' }, { directoryId: 'x' }, { organizationId: 'x' }, { eventId: 'x' }]) {
    await deliveries.list(filter, { limit: 1 });
    for (const status of DELIVERY_STATUSES) await deliveries.list({ ...filter, status }, { beforeId: 'x', limit: 1 });
  }
  for (const status of ['sending', 'parked', 'held', 'retrying'] as const)
    await deliveries.list({ status }, { limit: 1 });
  await registry.endpoints.find({ organizationId: 'x', directoryId: null }, { limit: 1 });
  await registry.adminKeys.find({ hash: 'x' }, { limit: 1 });

  const plans = [...queries].map((sql) => ({
    sql,
    steps: database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array.from({ length: placeholders(sql) }, () => 1))
      .map((row) => text(row, 'detail')),
  }));
  expect(plans.length).toBeGreaterThan(50);
  // A scan of the endpoints that have deliveries, of a part that is read up to a limit, of the places of the log's consumers or of a list of what is looked up, and the single row that min() takes from the front of an index, are none.
  const slow = plans.filter(({ steps }) =>
    steps.some((step) =>
      /SCAN (?!delivery_endpoints$|log_cursors$|\(subquery-\d\)$|CONSTANT|json_each)|TEMP B-TREE|AUTOMATIC/.test(step),
    ),
  );
  expect(slow).toEqual([]);
  // All of a directory's rows are read to sweep them, and its commits for the ends of the chain.
  const wide = plans.filter(
    ({ sql, steps }) =>
      !/^DELETE FROM \w+ WHERE directory = \?$/.test(sql) &&
      steps.some((step) => /\(directory=\?\)$/.test(step) && !step.includes('commits_chain')),
  );
  expect(wide).toEqual([]);
});

test('a long log is brought into the file after the commit that made it long, and not within it', async () => {
  const database = open();
  database.exec('CREATE TABLE blobs (blob BLOB)');
  const add = database.prepare('INSERT INTO blobs VALUES (randomblob(20000000))');
  const look = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  database.durably(() => add.run());
  expect(look.get()).toMatchObject({ checkpointed: 0 });
  database.durably(() => add.run());
  expect(look.get()).toMatchObject({ checkpointed: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  const { log, checkpointed } = look.get() ?? {};
  expect(Number(log)).toBeGreaterThan(4096);
  expect(checkpointed).toBe(log);
  database.durably(() => database.exec('DELETE FROM blobs'));
  expect(Number(look.get()?.['log'])).toBeLessThan(Number(log));
});

test('many entries of a journal are written in turns, between which others have theirs', async () => {
  const database = open();
  migrate(database);
  const { requests } = createJournals(database);
  const entries = Array.from({ length: 500 }, () => ({ ...ASKED, id: newId() }));
  const written = requests.append(entries);
  await new Promise((resolve) => setImmediate(resolve));
  const seen = await requests.list({}, { limit: 1000 });
  await written;
  expect(seen.length).toBeLessThan(entries.length);
  expect(await requests.list({}, { limit: 1000 })).toHaveLength(entries.length);
});

const ASKED: RequestEntry = {
  ...{ id: '', directoryId: 'd', method: 'GET', path: '/Users', status: 200, durationMs: 1 },
  ...{ scimType: null, detail: null, userAgent: null, attributes: [], events: [] },
};

const placeholders = (sql: string): number => new Set(sql.match(/\?\d/g) ?? []).size || (sql.match(/\?/g) ?? []).length;
