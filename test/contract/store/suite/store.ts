import { describeCommits } from './commits.js';
import { describeDeliveries } from './deliveries.js';
import { describeDeliverySearch } from './delivery-search.js';
import { describeDescription } from './description.js';
import { describeErasure } from './erasure.js';
import { describeEvents } from './events.js';
import type { StoreHarness } from './harness.js';
import { describeHeld } from './held.js';
import { describeJournals } from './journals.js';
import { describeLeases } from './leases.js';
import { describeModel } from './model.js';
import { describeOperationalDeliveries } from './operational-deliveries.js';
import { describeOutbox } from './outbox.js';
import { describePushdown } from './pushdown.js';
import { describeRegistry } from './registry.js';
import { describeTallies } from './tallies.js';
import { describeResources } from './resources.js';
import { describeRetention } from './retention.js';

/**
 * Everything that every store must do. Each suite has a harness, and so an empty store, of its own. The numbers of runs are
 * for stores that are slow to test.
 */
export function describeStore(
  createHarness: () => StoreHarness,
  { modelRuns = 50, raceRuns = 10, purgeRuns = 40 } = {},
): void {
  describeCommits(createHarness(), raceRuns);
  describeResources(createHarness());
  describeModel(createHarness(), modelRuns);
  describePushdown(createHarness(), 1_000);
  describeOutbox(createHarness());
  describeEvents(createHarness());
  describeHeld(createHarness());
  describeDeliveries(createHarness());
  describeDeliverySearch(createHarness());
  describeOperationalDeliveries(createHarness());
  describeRegistry(createHarness());
  describeJournals(createHarness());
  describeTallies(createHarness());
  describeLeases(createHarness());
  describeRetention(createHarness(), purgeRuns);
  describeErasure(createHarness());
  describeDescription(createHarness());
}
