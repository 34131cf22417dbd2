import { useState } from 'react';
import { pathWith } from '../../api.js';
import { useLive } from '../../live.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Empty } from '../../ui/notice.js';
import { Status } from '../../ui/status.js';
import { usePages } from '../../use-api.js';
import { EVENT_TYPES } from '../event-types.js';
import { List } from '../list.js';
import { Name } from '../names.js';
import { Picker } from '../picker.js';
import { Link, match, usePlace, useQuery, useSearch } from '../router.js';
import type { Event } from '../shapes.js';
import { Split } from '../split.js';
import { TimeFilter, useTimes } from '../time-filter.js';
import { EventPanel } from './event.js';
import styles from './events.module.css';
import { ResourceFilter, TypeFilter } from './filters.js';
import { EventsHead } from './head.js';
import { subjectOf } from './subject.js';

/** Events, newest first; one of them beside the list. */
export function Events() {
  const { path, query } = usePlace();
  const [directoryId, setDirectory] = useQuery('directoryId');
  const [type] = useQuery('type');
  const [resourceId] = useQuery('resourceId');
  const { since, until } = useTimes();
  const asked = { type, directoryId, resourceId, since, until };
  const list = usePages<Event>(pathWith('/v1/events', { order: 'desc', ...asked }));
  const search = useSearch();
  const chosen = match('/events/:id', path)?.['id'];
  return (
    <Split detail={chosen && <EventPanel key={chosen} id={chosen} back={`/events${search}`} />}>
      <EventsHead
        actions={until === undefined && list.data && <News asked={asked} shown={list.data} onShow={list.reload} />}
        filters={
          <>
            <ResourceFilter />
            <TypeFilter name="type" hasPatterns />
            <Picker kind="directories" label="Directory" value={directoryId} onChange={setDirectory} isFilter />
            <TimeFilter />
          </>
        }
      />
      <List
        list={list}
        label="Events"
        columns={columnsWith(search)}
        keyOf={({ id }) => id}
        chosen={chosen}
        empty={<NoEvents isFiltered={query.size > 0} />}
      />
    </Split>
  );
}

const columnsWith = (search: string) => [
  { name: 'Event', show: ({ id, type }: Event) => <Link to={`/events/${id}${search}`}>{type}</Link> },
  { name: 'About', show: (event: Event) => subjectOf(event) },
  {
    name: 'Directory',
    isExtra: true,
    show: ({ directoryId }: Event) => <Name kind="directories" id={directoryId} />,
  },
  { name: 'seq', isFigure: true, isExtra: true, show: ({ seq }: Event) => seq.toLocaleString('en') },
  { name: 'When', isFigure: true, show: ({ timestamp }: Event) => <Ago at={timestamp} /> },
];

interface NewsProps {
  readonly asked: Readonly<Record<string, string | undefined>>;
  readonly shown: readonly Event[];
  readonly onShow: () => void;
}

/** Tells of events that came since, and shows them when that is asked for: the list does not jump. */
function News({ asked, shown, onShow }: NewsProps) {
  const newest = shown[0];
  const [came, setCame] = useState<{ since: string | undefined; ids: ReadonlySet<string> }>({
    since: undefined,
    ids: new Set(),
  });
  const hear = (data: unknown): void => {
    const { id } = data as Event;
    if (shown.some((event) => event.id === id)) return;
    setCame(({ since, ids }) => ({ since: newest?.id, ids: new Set([...(since === newest?.id ? ids : []), id]) }));
  };
  const listeners = Object.fromEntries(Object.keys(EVENT_TYPES).map((type) => [type, hear]));
  const since = newest?.timestamp ?? asked['since'];
  const liveness = useLive(pathWith('/v1/events/stream', { ...asked, since }), listeners);
  const count = came.since === newest?.id ? came.ids.size : 0;
  if (count > 0) {
    return (
      <Button kind="primary" className={styles.news} onClick={onShow}>
        {count.toLocaleString('en')} new
      </Button>
    );
  }
  return liveness === 'lost' ? <Status tone="warn">Reconnecting</Status> : <Status tone="good">Live</Status>;
}

function NoEvents({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No event is like that">
        <p>
          Take a filter away, or <Link to="/events">look at all events</Link>.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No event yet">
      <p>Each change that an identity provider makes becomes an event here. To see some at once:</p>
      <code>rollcall simulate --provider okta</code>
    </Empty>
  );
}
