import { join } from 'node:path';
import { openDatabase, type Database } from '../../../shared/store/sqlite/database.js';
import { createGroupCommit } from '../../../shared/store/sqlite/group-commit.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

let database: Database;
let transactions: number;
/** Counts the transactions; the next `failing` of them fail at their end. */
let failing: number;
let counted: Database;

beforeEach(() => {
  database = openDatabase(join(temporaryFolder(), 'test.db'));
  database.exec('CREATE TABLE numbers (number INTEGER NOT NULL UNIQUE)');
  [transactions, failing] = [0, 0];
  counted = {
    ...database,
    durably: (work) => {
      transactions += 1;
      return database.durably(() => {
        const result = work();
        if ((failing -= 1) >= 0) throw new Error('the disk is full');
        return result;
      });
    },
  };
});
afterEach(() => database.close());

const insert = (number: number) => (): string => {
  database.prepare('INSERT INTO numbers VALUES (?)').run(number);
  return `inserted ${number}`;
};
const inserted = (): unknown[] =>
  database
    .prepare('SELECT number FROM numbers ORDER BY number')
    .all()
    .map(({ number }) => number);

test('what comes in one turn is one transaction, and each is told its own result', async () => {
  const group = createGroupCommit(counted);
  expect(await Promise.all([1, 2, 3].map((number) => group.join(insert(number))))).toEqual([
    'inserted 1',
    'inserted 2',
    'inserted 3',
  ]);
  expect([inserted(), transactions]).toEqual([[1, 2, 3], 1]);
  await group.join(insert(4));
  expect([inserted(), transactions]).toEqual([[1, 2, 3, 4], 2]);
});

test('work that throws takes nobody with it, and nothing of it stays', async () => {
  const group = createGroupCommit(counted);
  const both = (): void => {
    insert(2)();
    insert(1)();
  };
  const outcomes = await Promise.allSettled([group.join(insert(1)), group.join(both), group.join(insert(3))]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(inserted()).toEqual([1, 3]);
});

test('nobody is told before the transaction has ended, and all are told when it fails for each', async () => {
  const group = createGroupCommit(counted);
  failing = 3;
  const outcomes = await Promise.allSettled([group.join(insert(1)), group.join(insert(2))]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([inserted(), transactions]).toEqual([[], 3]);
});

test('a transaction that fails once is made again, one by one', async () => {
  const group = createGroupCommit(counted);
  failing = 1;
  await Promise.all([group.join(insert(1)), group.join(insert(2))]);
  expect([inserted(), transactions]).toEqual([[1, 2], 3]);
});
