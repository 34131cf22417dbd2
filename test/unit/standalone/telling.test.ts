import { tellOfCommits, tellOfOperators } from '../../../services/standalone/telling.js';
import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import { GENESIS } from '../../../shared/directory/commit.js';
import { commitAfter, newDirectory } from '../../contract/store/suite/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { newEndpoint, newRow } from '../dispatcher/rows.js';

test('who commits is told of it once it is there, and not where another was faster', async () => {
  const store = await openSqliteStore({ dataDir: temporaryFolder() });
  const told: number[] = [];
  const commits = tellOfCommits(store.commits, (partition) => told.push(partition));
  const directory = newDirectory(7);
  const first = commitAfter(GENESIS, directory, []);
  expect(await commits.commit(first)).toBe('committed');
  expect(await commits.commit(commitAfter(GENESIS, directory, []))).toBe('conflict');
  expect(told).toEqual([7]);
  expect(await commits.head(directory.id)).toMatchObject({ number: 1 });
  await store.close();
});

test('what an operator does with deliveries and endpoints is told when it is done, and reading is not', async () => {
  const store = await openSqliteStore({ dataDir: temporaryFolder() });
  const [parked, other] = [newRow({ status: 'parked' }), newRow({ status: 'parked' })];
  await store.deliveries.insert([parked, other], []);
  await store.registry.endpoints.insert(newEndpoint('endpoint'));
  let told = 0;
  const { deliveries, registry } = tellOfOperators(store, () => (told += 1));
  expect(await deliveries.retry(parked.id, 'parked', 1)).toBe(true);
  expect(await deliveries.skip(other.id, 'parked', 1)).toBe(true);
  expect(await deliveries.move('endpoint', ['pending'], 'held', 1)).toBe(1);
  expect(await registry.endpoints.replace(newEndpoint('endpoint', { version: 2, enabled: false }))).toBe(true);
  expect(told).toBe(4);
  expect(await registry.endpoints.get('endpoint')).toMatchObject({ enabled: false });
  expect((await deliveries.get(parked.id))?.status).toBe('held');
  expect(told).toBe(4);
  expect(await registry.endpoints.delete('endpoint')).toBe(true);
  expect(told).toBe(5);
  await store.close();
});
