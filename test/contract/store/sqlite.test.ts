import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import type { Store } from '../../../shared/store/port.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { describeCommits } from './suite/commits.js';
import type { StoreHarness } from './suite/harness.js';

/** One process owns the folder, and a commit is one transaction: no second handle, no faults in between. */
function sqliteHarness(): StoreHarness {
  let store: Store | undefined;
  return {
    name: 'SQLite',
    async start() {
      const opened = await openSqliteStore({ dataDir: temporaryFolder() });
      store = opened;
      return opened;
    },
    openAnother: undefined,
    faults: undefined,
    async stop() {
      await store?.close();
    },
  };
}

describeCommits(sqliteHarness());
