import type { ReactNode } from 'react';
import { Link } from '../router.js';
import { shortUrl } from '../names.js';
import { Sparkline } from '../../ui/sparkline.js';
import { Status } from '../../ui/status.js';
import type { Paged } from '../../use-api.js';
import { List } from '../list.js';
import { healthOf, subscribedTo, successRate } from './health.js';
import styles from './endpoints.module.css';
import type { Endpoint, EndpointStatistics } from './shapes.js';
import { useStatistics } from '../use-statistics.js';

interface Props {
  readonly list: Paged<Endpoint>;
  readonly chosen: string | undefined;
  /** What the list is narrowed by, which stays. */
  readonly search: string;
  readonly empty: ReactNode;
}

export function EndpointTable({ list, chosen, search, empty }: Props) {
  const ids = (list.data ?? []).map(({ id }) => id);
  const statistics = useStatistics<EndpointStatistics>('endpoints', ids, ({ endpointId }) => endpointId);
  const columns = [
    {
      name: 'Endpoint',
      show: ({ id, url, description }: Endpoint) => (
        <>
          <Link to={`/endpoints/${id}${search}`}>{shortUrl(url)}</Link>
          {description !== '' && <span className={styles.description}>{description}</span>}
        </>
      ),
    },
    {
      name: 'Health',
      show: (endpoint: Endpoint) => {
        const { tone, word, why } = healthOf(endpoint, statistics.get(endpoint.id));
        return (
          <span title={why}>
            <Status tone={tone}>{word}</Status>
          </span>
        );
      },
    },
    { name: 'Subscribed to', isExtra: true, show: (endpoint: Endpoint) => subscribedTo(endpoint) },
    {
      name: 'Success 24 h',
      isFigure: true,
      show: ({ id }: Endpoint) => told(statistics.get(id), successRate),
    },
    {
      name: 'p50 / p95',
      isFigure: true,
      isExtra: true,
      show: ({ id }: Endpoint) => told(statistics.get(id), latency),
    },
    {
      name: 'Attempts 24 h',
      isExtra: true,
      show: ({ id }: Endpoint) => {
        const found = statistics.get(id);
        const bars = found?.buckets.map(({ succeeded, failed }) => ({ value: succeeded + failed, bad: failed })) ?? [];
        return <Sparkline bars={bars} label="Attempts in the last 24 hours" />;
      },
    },
  ];
  return <List label="Endpoints" list={list} columns={columns} keyOf={({ id }) => id} chosen={chosen} empty={empty} />;
}

const told = (found: EndpointStatistics | undefined, tell: (found: EndpointStatistics) => string): string =>
  found === undefined ? '—' : tell(found);

/** "42 / 180 ms". */
const latency = ({ latencyMs: { p50, p95 } }: Pick<EndpointStatistics, 'latencyMs'>): string =>
  p50 === null || p95 === null ? '—' : `${count(p50)} / ${count(p95)} ms`;

const count = (value: number): string => Math.round(value).toLocaleString('en');
