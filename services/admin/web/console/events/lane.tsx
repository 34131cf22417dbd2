import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Table } from '../../ui/table.js';
import { useApi } from '../../use-api.js';
import { DeliveryWord } from '../delivery-status.js';
import { Section } from '../panel.js';
import { Link } from '../router.js';
import type { Delivery } from '../shapes.js';

const SHOWN = 20;

const COLUMNS = [
  { name: 'Event', show: ({ id, eventType }: Delivery) => <Link to={`/deliveries/${id}`}>{eventType}</Link> },
  { name: 'seq', isFigure: true, isExtra: true, show: ({ seq }: Delivery) => seq?.toLocaleString('en') ?? '' },
  { name: 'Status', show: ({ status }: Delivery) => <DeliveryWord status={status} /> },
  { name: 'Since', isFigure: true, show: ({ updatedAt }: Delivery) => <Ago at={updatedAt} /> },
];

/** What is in the way of it, or waits behind it: deliveries to the same endpoint about the same user or group. */
export function Lane({ delivery }: { readonly delivery: Delivery }) {
  const { endpointId, status, resourceId } = delivery;
  const isWaiting = status === 'blocked';
  const isInTheWay = status === 'parked' || status === 'retrying';
  if (!(isWaiting || isInTheWay) || resourceId === null) return null;
  return isWaiting ? (
    <>
      <Others title="Parked before it" empty="" asked={{ endpointId, resourceId, status: 'parked' }} />
      <Others title="Tried again before it" empty="" asked={{ endpointId, resourceId, status: 'retrying' }} />
    </>
  ) : (
    <Others
      title="Behind it wait"
      empty="Nothing waits behind it yet."
      asked={{ endpointId, resourceId, status: 'blocked' }}
    />
  );
}

interface OthersProps {
  readonly title: string;
  readonly empty: string;
  readonly asked: Readonly<Record<string, string>>;
}

function Others({ title, empty, asked }: OthersProps) {
  const { data } = useApi<{ data: readonly Delivery[] }>(pathWith('/v1/deliveries', { ...asked, limit: SHOWN }));
  if (data === undefined || (data.data.length === 0 && empty === '')) return null;
  return (
    <Section title={title} action={<Link to={pathWith('/deliveries', asked)}>All of them</Link>}>
      {data.data.length === 0 ? (
        <p>{empty}</p>
      ) : (
        <Table label={title} columns={COLUMNS} items={data.data} keyOf={({ id }) => id} />
      )}
    </Section>
  );
}
