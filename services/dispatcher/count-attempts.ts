import { INSTALLATION, LATENCIES, type TallyCounter } from '../../shared/store/tallies.js';
import type { DispatcherMetrics } from './metrics.js';

/** The same metrics, but attempts are counted for the statistics of their endpoint and of everything, too. */
export const countAttempts = (metrics: DispatcherMetrics, tallies: Pick<TallyCounter, 'count'>): DispatcherMetrics => ({
  ...metrics,
  settled(settlement, ...rest) {
    metrics.settled(settlement, ...rest);
    const { attempt } = settlement;
    if (attempt === undefined) return;
    const { endpointId, startedAt, durationMs, error } = attempt;
    const [, latency = 'beyond'] = LATENCIES.find(([upToMs]) => durationMs <= upToMs) ?? [];
    tallies.count(INSTALLATION, { attempts: 1 });
    tallies.count(endpointId, {
      ...(error === null ? { succeeded: 1, lastSuccessAt: startedAt } : { failed: 1, lastFailureAt: startedAt }),
      [latency]: 1,
    });
  },
});
