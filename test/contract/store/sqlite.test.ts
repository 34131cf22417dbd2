import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import type { Store } from '../../../shared/store/port.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

import type { StoreHarness } from './suite/harness.js';
import { describeStore } from './suite/store.js';

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

describeStore(sqliteHarness);
