import { useState } from 'react';
import type { DeliveryStatus } from '../../../../../shared/webhooks/delivery.js';
import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Empty } from '../../ui/notice.js';
import { Select } from '../../ui/select.js';
import { useEvery, usePages } from '../../use-api.js';
import { DeliveryWord, STATUSES } from '../delivery-status.js';
import { List } from '../list.js';
import { Name } from '../names.js';
import { Picker } from '../picker.js';
import { Link, match, usePlace, useQuery, useSearch } from '../router.js';
import { useMayChange } from '../session.js';
import type { Delivery } from '../shapes.js';
import { Split } from '../split.js';
import { TimeFilter, useTimes } from '../time-filter.js';
import { DeliveryPanel } from './delivery.js';
import { ResourceFilter, TypeFilter } from './filters.js';
import { EventsHead } from './head.js';
import { Many } from './many.js';

const REFRESH_MS = 10_000;
const NONE: ReadonlySet<string> = new Set();

/** Deliveries, newest first; one of them beside the list, and many to be sent again. */
export function Deliveries() {
  const { path, query } = usePlace();
  const mayChange = useMayChange();
  const [status] = useQuery('status');
  const [endpointId] = useQuery('endpointId');
  const [directoryId] = useQuery('directoryId');
  const [eventType] = useQuery('eventType');
  const [resourceId] = useQuery('resourceId');
  const asked = pathWith('/v1/deliveries', { status, endpointId, directoryId, eventType, resourceId, ...useTimes() });
  const list = usePages<Delivery>(asked);
  const [ticked, setTicked] = useState({ of: asked, ids: NONE });
  useEvery(REFRESH_MS, list.refresh);
  const ids = ticked.of === asked ? ticked.ids : NONE;
  const tick = (next: ReadonlySet<string>): void => setTicked({ of: asked, ids: next });
  const search = useSearch();
  const chosen = match('/deliveries/:id', path)?.['id'];
  return (
    <Split
      detail={
        chosen && <DeliveryPanel key={chosen} id={chosen} back={`/deliveries${search}`} onChanged={list.reload} />
      }
    >
      <EventsHead filters={<Filters />} />
      <List
        list={list}
        label="Deliveries"
        columns={columnsWith(search)}
        keyOf={({ id }) => id}
        chosen={chosen}
        ticks={mayChange ? { keys: ids, onChange: tick } : undefined}
        empty={<NoDeliveries status={status} isFiltered={query.size > 0} />}
      />
      {ids.size > 0 && <Many ids={ids} onClear={() => tick(NONE)} onDone={list.reload} />}
    </Split>
  );
}

function Filters() {
  const [status, setStatus] = useQuery('status');
  const [endpointId, setEndpoint] = useQuery('endpointId');
  const [directoryId, setDirectory] = useQuery('directoryId');
  return (
    <>
      <ResourceFilter />
      <Select
        label="Status"
        value={status}
        options={{ '': 'Every status', ...STATUSES }}
        onChange={setStatus}
        isFilter
      />
      <TypeFilter name="eventType" hasPatterns={false} />
      <Picker kind="endpoints" label="Endpoint" value={endpointId} onChange={setEndpoint} isFilter />
      <Picker kind="directories" label="Directory" value={directoryId} onChange={setDirectory} isFilter />
      <TimeFilter />
    </>
  );
}

const columnsWith = (search: string) => [
  {
    name: 'Event',
    show: ({ id, eventType }: Delivery) => <Link to={`/deliveries/${id}${search}`}>{eventType}</Link>,
  },
  { name: 'Status', show: ({ status }: Delivery) => <DeliveryWord status={status} /> },
  {
    name: 'Endpoint',
    isExtra: true,
    show: ({ endpointId }: Delivery) => <Name kind="endpoints" id={endpointId} />,
  },
  { name: 'Attempts', isFigure: true, isExtra: true, show: ({ attempts }: Delivery) => attempts.toLocaleString('en') },
  { name: 'Last error', isExtra: true, show: ({ lastError }: Delivery) => lastError ?? '' },
  { name: 'Last change', isFigure: true, show: ({ updatedAt }: Delivery) => <Ago at={updatedAt} /> },
];

/** What it means that there is none. */
const WITHOUT: Readonly<Partial<Record<DeliveryStatus, string>>> = {
  parked: 'Nothing is parked: no delivery has spent its retries, and nothing waits behind one.',
  retrying: 'Nothing is tried again: the latest attempts went well.',
  held: 'Nothing is held: every endpoint that has deliveries is enabled.',
};

function NoDeliveries({ status, isFiltered }: { readonly status: string; readonly isFiltered: boolean }) {
  if (!isFiltered) {
    return (
      <Empty title="No delivery yet">
        <p>
          Each event makes one for each endpoint that subscribes to it.{' '}
          <Link to="/endpoints">Look at the endpoints</Link>.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No delivery is like that">
      <p>{WITHOUT[status as DeliveryStatus] ?? 'Take a filter away.'}</p>
      <Link to="/deliveries">All deliveries</Link>
    </Empty>
  );
}
