import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { Endpoint } from '../../shared/store/registry.js';
import { judge, type FailingRun } from '../../shared/webhooks/health.js';
import type { Endpoints } from './endpoints.js';

/** Follows how endpoints are doing, and tells the store what a restart must not forget. */
export interface Health {
  /** Told of each attempt. Answers why the endpoint is to be disabled, if it is. Never rejects. */
  note(endpointId: string, succeeded: boolean): Promise<string | undefined>;
}

export function createHealth(endpoints: Endpoints, clock: Clock, logger: Logger): Health {
  const runs = new Map<string, FailingRun>();
  const writing = new Set<string>();

  const write = async (endpoint: Endpoint, failingSince: number | null): Promise<void> => {
    // Several attempts may end before the first has written it down.
    if (writing.has(endpoint.id)) return;
    writing.add(endpoint.id);
    try {
      await endpoints.setFailingSince(endpoint, failingSince);
    } catch (error) {
      runs.delete(endpoint.id);
      logger.warn({ endpointId: endpoint.id, err: error }, 'Could not write down how an endpoint is doing.');
    } finally {
      writing.delete(endpoint.id);
    }
  };
  return {
    async note(endpointId, succeeded) {
      const endpoint = endpoints.known(endpointId);
      if (endpoint === undefined) return undefined;
      const { run, store, disable } = judge(runs.get(endpointId), succeeded, endpoint, clock());
      if (run === undefined || disable !== undefined) runs.delete(endpointId);
      else runs.set(endpointId, run);
      if (store !== undefined) await write(endpoint, store);
      return disable;
    },
  };
}
