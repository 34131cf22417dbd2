import type { DeliveryStatus } from '../../../../../shared/webhooks/delivery.js';
import { Facts } from '../../ui/facts.js';
import { Figures } from '../../ui/figures.js';
import { Hours } from '../../ui/hours.js';
import { Failed, Loading } from '../../ui/notice.js';
import { useApi, useEvery } from '../../use-api.js';
import { DeliveryWord, STATUSES } from '../delivery-status.js';
import { Section } from '../panel.js';
import { Link } from '../router.js';
import { SystemHead } from './head.js';
import { bytes, lagOf, retentionOf } from './words.js';
import type { SystemState, Throughput } from './shapes.js';
import styles from './system.module.css';

const REFRESH_MS = 5_000;

export function Overview() {
  const { data, problem, reload } = useApi<SystemState>('/v1/system');
  useEvery(REFRESH_MS, reload);
  return (
    <>
      <SystemHead />
      {problem && <Failed problem={problem} retry={reload} />}
      {data === undefined && problem === undefined && <Loading />}
      {data && <State state={data} />}
    </>
  );
}

function State({ state }: { readonly state: SystemState }) {
  const { version, schemaVersion, store, eventLog, outbox, parkedLanes, throughput, deliveries, retention } = state;
  const lag = lagOf(outbox.oldestSeconds);
  const { byStatus } = deliveries;
  const waits = (['pending', 'sending', 'retrying', 'blocked', 'held'] as const).reduce(
    (sum, one) => sum + (byStatus[one] ?? 0),
    0,
  );
  return (
    <div className={styles.overview}>
      <Figures
        figures={[
          { name: 'Relay lag', value: lag.value, note: lag.note, tone: lag.tone },
          { name: 'Commits to publish', value: count(outbox.commits), note: 'in the outbox' },
          { name: 'Deliveries that wait', value: count(waits), note: 'open or held' },
          {
            name: 'Parked lanes',
            value: count(parkedLanes),
            tone: parkedLanes > 0 ? 'bad' : undefined,
            note: parkedLanes > 0 ? <Link to="/deliveries?status=parked">see them</Link> : 'nothing is stuck',
          },
          { name: 'Storage', value: bytes(store.sizeBytes), note: store.kind },
        ]}
      />
      <div className={styles.charts}>
        <Chart name="requests" label="SCIM requests" throughput={throughput} />
        <Chart name="events" label="Events" throughput={throughput} />
        <Chart name="attempts" label="Attempts" throughput={throughput} />
      </div>
      <div className={styles.halves}>
        <Section title="Deliveries by status">
          <ByStatus {...deliveries} />
        </Section>
        <Section title="Installation">
          <Facts
            facts={[
              ['Version', version],
              ['Schema', `version ${schemaVersion}`],
              ['Store', store.kind],
              ['Event log', eventLog.kind],
              ...retentionOf(retention),
            ]}
          />
        </Section>
      </div>
    </div>
  );
}

type Counted = 'requests' | 'events' | 'attempts';

function Chart({
  name,
  label,
  throughput: { buckets },
}: {
  readonly name: Counted;
  readonly label: string;
  readonly throughput: Throughput;
}) {
  return (
    <Hours
      label={`${label}, last 24 hours`}
      hours={buckets.map(({ at }) => at)}
      series={[{ name: 'in all', tone: 'accent', valueOf: (index) => buckets[index]?.[name] ?? 0 }]}
    />
  );
}

const BAR = 100;

function ByStatus({ byStatus, countedTo }: SystemState['deliveries']) {
  const statuses = Object.keys(STATUSES) as DeliveryStatus[];
  const highest = Math.max(1, ...statuses.map((status) => byStatus[status] ?? 0));
  return (
    <ul className={styles.statuses}>
      {statuses.map((status) => (
        <li key={status}>
          <Link to={`/deliveries?status=${status}`}>
            <DeliveryWord status={status} />
          </Link>
          <svg viewBox={`0 0 ${BAR} 8`} preserveAspectRatio="none" aria-hidden="true">
            <rect width={(BAR * (byStatus[status] ?? 0)) / highest} height="8" />
          </svg>
          <span>{`${count(byStatus[status] ?? 0)}${(byStatus[status] ?? 0) < countedTo ? '' : '+'}`}</span>
        </li>
      ))}
    </ul>
  );
}

const count = (value: number): string => value.toLocaleString('en');
