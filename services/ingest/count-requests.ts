import type { Journals } from '../../shared/store/journals.js';
import { INSTALLATION, type TallyCounter } from '../../shared/store/tallies.js';
import { timeOfId } from '../../shared/webhooks/delivery.js';

type Requests = Pick<Journals['requests'], 'append'>;

/** The same log of requests, but what is written there is counted for the statistics of its directory and of everything. */
export const countRequests = (requests: Requests, tallies: Pick<TallyCounter, 'count'>): Requests => ({
  async append(entries) {
    for (const { id, directoryId, status, events } of entries) {
      const at = timeOfId(id);
      const sums = { requests: 1, events: events.reduce((sum, { first, last }) => sum + last - first + 1, 0) };
      tallies.count(INSTALLATION, sums);
      tallies.count(directoryId, {
        ...sums,
        lastRequestAt: at,
        ...(status >= 400 && { errors: 1, lastErrorAt: at }),
      });
    }
    await requests.append(entries);
  },
});
