import { Ago } from '../../ui/ago.js';
import { Failed, Loading } from '../../ui/notice.js';
import { Table } from '../../ui/table.js';
import { useApi, useEvery } from '../../use-api.js';
import { DeliveryWord } from '../delivery-status.js';
import { Section } from '../panel.js';
import { Link } from '../router.js';
import type { Delivery } from '../shapes.js';

const SHOWN = 8;
const REFRESH_MS = 5_000;

const COLUMNS = [
  { name: 'Event', show: ({ id, eventType }: Delivery) => <Link to={`/deliveries/${id}`}>{eventType}</Link> },
  { name: 'Status', show: ({ status }: Delivery) => <DeliveryWord status={status} /> },
  { name: 'Last change', isFigure: true, show: ({ updatedAt }: Delivery) => <Ago at={updatedAt} /> },
];

export function LatestDeliveries({ endpointId }: { readonly endpointId: string }) {
  const path = `/v1/deliveries?endpointId=${endpointId}&limit=${SHOWN}`;
  const { data, problem, reload } = useApi<{ data: readonly Delivery[] }>(path);
  useEvery(REFRESH_MS, reload);
  return (
    <Section title="Latest deliveries" action={<Link to={`/deliveries?endpointId=${endpointId}`}>All deliveries</Link>}>
      {problem && <Failed problem={problem} retry={reload} />}
      {data === undefined && problem === undefined && <Loading rows={3} />}
      {data?.data.length === 0 && <p>Nothing was sent yet. The next event that it subscribes to appears here.</p>}
      {data !== undefined && data.data.length > 0 && (
        <Table label="Latest deliveries" columns={COLUMNS} items={data.data} keyOf={({ id }) => id} />
      )}
    </Section>
  );
}
