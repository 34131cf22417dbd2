import type { Journals } from '../../shared/store/journals.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import { INSTALLATION, type TallyCounter } from '../../shared/store/tallies.js';
import { timeOfId } from '../../shared/webhooks/delivery.js';

type Requests = Pick<Journals['requests'], 'append'>;

/** The same log of requests, but what is written there is counted for the statistics of its directory and of everything. */
export const countRequests = (requests: Requests, tallies: Pick<TallyCounter, 'count'>): Requests => ({
  async append(entries) {
    const ofDirectories = new Map<string, RequestEntry[]>();
    for (const entry of entries) {
      const own = ofDirectories.get(entry.directoryId);
      if (own === undefined) ofDirectories.set(entry.directoryId, [entry]);
      else own.push(entry);
    }
    tallies.count(INSTALLATION, sumsOf(entries));
    for (const [directoryId, own] of ofDirectories) {
      const failed = own.filter(({ status }) => status >= 400);
      tallies.count(directoryId, {
        ...sumsOf(own),
        lastRequestAt: newestOf(own),
        ...(failed.length > 0 && { errors: failed.length, lastErrorAt: newestOf(failed) }),
      });
    }
    await requests.append(entries);
  },
});

const sumsOf = (entries: readonly RequestEntry[]) => ({
  requests: entries.length,
  events: entries.flatMap(({ events }) => events).reduce((sum, { first, last }) => sum + last - first + 1, 0),
});

const newestOf = (entries: readonly RequestEntry[]): number => Math.max(...entries.map(({ id }) => timeOfId(id)));
