import { createSigners } from '../../shared/destinations/signatures.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Sealer } from '../../shared/runtime/seal.js';
import { findAll, type Endpoint, type Registry } from '../../shared/store/registry.js';
import type { Signer } from '../../shared/webhooks/sign.js';

type Table = Pick<Registry['endpoints'], 'get' | 'find' | 'replace'>;

/** Endpoints as the dispatcher sees them. */
export interface Endpoints {
  /**
   * All endpoints, by a read that began after this call: an event that was committed after an endpoint was made never misses it.
   * Callers that wait share one read.
   */
  read(): Promise<readonly Endpoint[]>;
  /** Reads unless the last read is younger than a second. */
  refresh(): Promise<void>;
  /** One endpoint as it is now. */
  get(id: string): Promise<Endpoint | undefined>;
  /** One endpoint as of the last `read`. */
  known(id: string): Endpoint | undefined;
  /** See `createSigners`. */
  signerOf(endpoint: Endpoint): Signer;
  /** Writes down since when all attempts have failed, unless the endpoint was changed or is gone by now. */
  setFailingSince(endpoint: Endpoint, failingSince: number | null): Promise<void>;
  /** Disables it unless it is disabled, gone, or has another URL by now. */
  disable(id: string, url: string, reason: string): Promise<void>;
}

const FRESH_MS = 1_000;

export function createEndpoints(table: Table, sealer: Sealer, clock: Clock): Endpoints {
  let known: ReadonlyMap<string, Endpoint> = new Map();
  let next: Promise<readonly Endpoint[]> | undefined;
  let current: Promise<unknown> = Promise.resolve();
  let readAt = -Infinity;
  const readAll = async (): Promise<readonly Endpoint[]> => {
    next = undefined; // whoever asks from here on may have seen something newer
    const startedAt = performance.now();
    const all = await findAll(table, {});
    readAt = startedAt;
    known = new Map(all.map((endpoint) => [endpoint.id, endpoint]));
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
      if (performance.now() - readAt > FRESH_MS) await read();
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
    async disable(id, url, disabledReason) {
      for (;;) {
        const endpoint = await table.get(id);
        if (endpoint?.enabled !== true || endpoint.url !== url) return;
        const { version } = endpoint;
        const disabled = { enabled: false, disabledReason, failingSince: null };
        const changed = { ...endpoint, ...disabled, version: version + 1, updatedAt: clock() };
        if (await table.replace(changed)) return;
      }
    },
  };
}
