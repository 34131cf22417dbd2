import { newId } from '../../../shared/runtime/ids.js';
import { GENESIS, type Head } from '../../../shared/directory/commit.js';
import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import { commitAfter, create, newDirectory, user } from './suite/fixtures.js';

/** To be run as a process: holds the data folder of its first argument and commits without end, saying which numbers are committed. */
export const holdFolderScript = __filename;

async function holdFolder(dataDir: string): Promise<void> {
  const store = await openSqliteStore({ dataDir });
  const directory = newDirectory();
  process.stdout.write(`${directory.id}\n`);
  let head: Head = GENESIS;
  for (;;) {
    const commit = commitAfter(head, directory, [create(user(newId())), create(user(newId()))], { events: 2 });
    await store.commits.commit(commit);
    head = commit;
    await new Promise((resolve) => process.stdout.write(`${commit.number}\n`, resolve));
  }
}

if (require.main === module) void holdFolder(process.argv[2] ?? '');
