import { Figures } from '../../ui/figures.js';
import { Hours } from '../../ui/hours.js';
import { Link } from '../router.js';
import { unfinished } from './ends.js';
import { successRate } from './health.js';
import type { CountedEndpoint, EndpointStatistics } from './shapes.js';

interface Props {
  readonly endpoint: CountedEndpoint;
  readonly statistics: EndpointStatistics | undefined;
}

/** The last 24 hours, and what waits now. */
export function Numbers({ endpoint, statistics }: Props) {
  const { parked = 0 } = endpoint.deliveries;
  const waits = unfinished(endpoint) - parked;
  const rate = statistics === undefined ? '—' : successRate(statistics);
  const { p50, p95 } = statistics?.latencyMs ?? { p50: null, p95: null };
  return (
    <>
      <Figures
        figures={[
          { name: 'Success', value: rate, note: 'last 24 hours' },
          { name: 'Latency p50', value: ms(p50), note: `p95 ${ms(p95)}` },
          { name: 'Waiting', value: waits.toLocaleString('en'), note: <DeliveriesOf endpoint={endpoint} status="" /> },
          {
            name: 'Parked',
            value: parked.toLocaleString('en'),
            tone: parked > 0 ? 'bad' : undefined,
            note: parked > 0 ? <DeliveriesOf endpoint={endpoint} status="parked" /> : 'none',
          },
        ]}
      />
      {statistics !== undefined && (
        <Hours
          label="Attempts, last 24 hours"
          hours={statistics.buckets.map(({ at }) => at)}
          series={[
            { name: 'succeeded', tone: 'good', valueOf: (index) => statistics.buckets[index]?.succeeded ?? 0 },
            { name: 'failed', tone: 'bad', valueOf: (index) => statistics.buckets[index]?.failed ?? 0 },
          ]}
        />
      )}
    </>
  );
}

function DeliveriesOf({ endpoint, status }: { readonly endpoint: CountedEndpoint; readonly status: string }) {
  const query = status === '' ? '' : `&status=${status}`;
  return <Link to={`/deliveries?endpointId=${endpoint.id}${query}`}>{status === '' ? 'see all' : 'see them'}</Link>;
}

const ms = (value: number | null): string => (value === null ? '—' : `${Math.round(value).toLocaleString('en')} ms`);
