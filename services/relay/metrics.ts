import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Outbox } from '../../shared/store/port.js';

/** Tells on /metrics how far the event log is behind the commits. A store that fails leaves the gauge without values. */
export function watchRelayLag(
  registry: Registry,
  outbox: Pick<Outbox, 'oldestAt'>,
  partitions: number,
  clock: Clock,
): void {
  new Gauge({
    name: 'rollcall_relay_lag_seconds',
    help: 'Age of the oldest commit of a log partition that is not in the event log; 0 when none waits.',
    labelNames: ['partition'],
    registers: [registry],
    async collect() {
      this.reset();
      try {
        for (let partition = 0; partition < partitions; partition += 1) {
          const oldestAt = await outbox.oldestAt(partition);
          this.set({ partition }, oldestAt === undefined ? 0 : Math.max(clock() - oldestAt, 0) / 1000);
        }
      } catch {
        this.reset(); // /readyz and the log tell of it
      }
    },
  });
}
