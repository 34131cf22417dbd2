import { createSigners } from '../../shared/destinations/signatures.js';
import type { DisablingReason } from '../../shared/events/event.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Sealer } from '../../shared/runtime/seal.js';
import { findAll, type Disabling, type Endpoint, type Registry } from '../../shared/store/registry.js';
import type { Signer } from '../../shared/webhooks/sign.js';

type Table = Pick<Registry['endpoints'], 'get' | 'find' | 'replace' | 'revision'>;

/** Endpoints as the dispatcher sees them. */
export interface Endpoints {
  /**
   * All endpoints, by a read that began after this call: an event that was committed after an endpoint was made never misses it.
   * Callers that wait share one read.
   */
  read(): Promise<readonly Endpoint[]>;
  /** All endpoints as they were a second ago at most. */
  refresh(): Promise<readonly Endpoint[]>;
  /** One endpoint as it is now. */
  get(id: string): Promise<Endpoint | undefined>;
  /** One endpoint as of the last `read`. */
  known(id: string): Endpoint | undefined;
  /** See `createSigners`. */
  signerOf(endpoint: Endpoint): Signer;
  /** Writes down since when all attempts have failed, unless the endpoint was changed or is gone by now. */
  setFailingSince(endpoint: Endpoint, failingSince: number | null): Promise<void>;
  /** Disables it unless it is disabled, gone, or has another URL by now. `words`: the reason, for people. */
  disable(id: string, url: string, reason: DisablingReason, words: string): Promise<void>;
  /** Writes down that this disabling has been told, unless the endpoint was disabled anew or is gone by now. */
  setTold(id: string, disabling: Disabling): Promise<void>;
}

const FRESH_MS = 1_000;

export function createEndpoints(table: Table, sealer: Sealer, clock: Clock): Endpoints {
  let all: readonly Endpoint[] = [];
  let known: ReadonlyMap<string, Endpoint> = new Map();
  let revision = '';
  let next: Promise<readonly Endpoint[]> | undefined;
  let current: Promise<unknown> = Promise.resolve();
  let readAt = -Infinity;
  const readAll = async (): Promise<readonly Endpoint[]> => {
    next = undefined; // whoever asks from here on may have seen something newer
    const startedAt = performance.now();
    // Asked for first: what is written while the table is read makes it be read once more.
    const newest = await table.revision();
    if (newest !== revision) {
      all = await findAll(table, {});
      known = new Map(all.map((endpoint) => [endpoint.id, endpoint]));
      revision = newest;
    }
    readAt = startedAt;
    return all;
  };
  const read = (): Promise<readonly Endpoint[]> => {
    if (next === undefined) {
      next = current.then(readAll);
      current = next.catch(() => undefined);
    }
    return next;
  };
  return {
    read,
    async refresh() {
      return performance.now() - readAt > FRESH_MS ? read() : all;
    },
    get: (id) => table.get(id),
    known: (id) => known.get(id),
    signerOf: createSigners(sealer, clock),
    async setFailingSince({ id, updatedAt }, failingSince) {
      const endpoint = await table.get(id);
      if (endpoint?.updatedAt !== updatedAt) return;
      await table.replace({ ...endpoint, failingSince, version: endpoint.version + 1 });
      await read();
    },
    async disable(id, url, reason, disabledReason) {
      for (;;) {
        const endpoint = await table.get(id);
        if (endpoint?.enabled !== true || endpoint.url !== url) return;
        const [{ version }, at] = [endpoint, clock()];
        const disabling: Disabling = { at, reason, requestId: null };
        const disabled = { enabled: false, disabledReason, disabling, failingSince: null };
        const changed = { ...endpoint, ...disabled, version: version + 1, updatedAt: at };
        if (await table.replace(changed)) return;
      }
    },
    async setTold(id, { at }) {
      const endpoint = await table.get(id);
      if (endpoint?.disabling?.at !== at) return;
      // As long as it was not written down it is told again, under the same id.
      await table.replace({ ...endpoint, disabling: null, version: endpoint.version + 1 });
    },
  };
}
