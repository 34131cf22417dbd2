import { createInProcessLog } from '../../../shared/event-log/in-process/log.js';
import type { EventLog } from '../../../shared/event-log/port.js';
import { openSqliteStore } from '../../../shared/store/sqlite/store.js';
import type { Store } from '../../../shared/store/port.js';
import { silent } from '../../support/ingest.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { createChain, TRACEPARENT, type Chain } from '../store/suite/fixtures.js';
import { describeEventLog } from './suite/event-log.js';
import type { EventLogHarness } from './suite/harness.js';

/** As many events as a large commit has. */
const EVENTS_OF_A_COMMIT = 300;

/** The log is the store: to publish is to commit and then to wake. */
function inProcessHarness(): EventLogHarness {
  const stores: Store[] = [];
  const logs: EventLog[] = [];
  return {
    name: 'In-process',
    async start(partitions) {
      const store = await openSqliteStore({ dataDir: temporaryFolder() });
      stores.push(store);
      const chains = new Map<string, Chain>();
      return {
        open(count = partitions) {
          const log = createInProcessLog({ events: store.events, partitions: count, logger: silent });
          logs.push(log);
          return log;
        },
        async publish(log, { id, partition }, count) {
          const chain = chains.get(id) ?? createChain(store.commits, { id, organizationId: 'organization', partition });
          chains.set(id, chain);
          const records = [];
          for (let left = count; left > 0; left -= EVENTS_OF_A_COMMIT) {
            const options = { events: Math.min(left, EVENTS_OF_A_COMMIT), traceparent: TRACEPARENT };
            const { events } = await chain.write([], options);
            records.push(...events.map(({ id: eventId, ...event }) => ({ ...event, directoryId: id, eventId })));
          }
          await log.publish(partition, records);
          return records;
        },
      };
    },
    async stop() {
      for (const log of logs) await log.close();
      for (const store of stores) await store.close();
    },
  };
}

describeEventLog(inProcessHarness());
