import type { Commit } from '../../../../shared/directory/commit.js';
import type { Store } from '../../../../shared/store/port.js';

/** How the contract suite gets at an adapter. One harness per suite; it starts with an empty store. */
export interface StoreHarness {
  /** The adapter, as test titles name it. */
  readonly name: string;
  /** Opens an empty store. Called once, before the suite's tests; each test uses directories and partitions of its own. */
  start(): Promise<Store>;
  /** A further handle on the same data, as another process would have it. Undefined where one process owns the data. */
  readonly openAnother: (() => Promise<Store>) | undefined;
  /** Undefined where a commit is one local transaction, so that none of this can happen. */
  readonly faults: StoreFaults | undefined;
  /** Closes every handle and removes the data. */
  stop(): Promise<void>;
}

/** What can go wrong where a commit is first inserted and then applied. */
export interface StoreFaults {
  /** Leaves the commit inserted and unapplied, as a writer that dies in between. */
  insertWithoutApplying(commit: Commit): Promise<void>;
  /** Applies a commit's changes again, as a paused writer that wakes up late. */
  applyLate(commit: Commit): Promise<void>;
  /**
   * Cuts the connection of the first handle's next commit: its insert is lost on the way there (`request`), or is stored and
   * the answer is lost on the way back (`answer`). The connection works again afterwards.
   */
  cutNextCommit(lost: 'request' | 'answer'): Promise<void>;
  /** Gives an applied commit the position after the partition's next one, as if the one in between were not visible yet. */
  placeBeyondGap(commit: Commit): Promise<void>;
}

/** The store of a suite, and a second writer: another handle where there can be one, else the same one. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly other: Store;
}

/** Starts the harness before the tests of the surrounding `describe` and stops it after them. */
export function useStore(harness: StoreHarness): StoreUnderTest {
  let stores: StoreUnderTest | undefined;
  beforeAll(async () => {
    const store = await harness.start();
    stores = { store, other: (await harness.openAnother?.()) ?? store };
  });
  afterAll(() => harness.stop());
  const started = (): StoreUnderTest => {
    if (stores === undefined) throw new Error('The store is opened before the tests, not before their describe.');
    return stores;
  };
  return {
    get store() {
      return started().store;
    },
    get other() {
      return started().other;
    },
  };
}

/** `describe` with the adapter's faults, or skipped with the reason in its name. */
export function describeFaults(harness: StoreHarness, title: string, tests: (faults: StoreFaults) => void): void {
  const { faults } = harness;
  if (faults !== undefined) describe(title, () => tests(faults));
  else
    describe.skip(`${title} (cannot happen on ${harness.name}: a commit is one local transaction)`, () =>
      test.todo(title));
}
