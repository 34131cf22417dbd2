import { Ago } from '../../ui/ago.js';
import { Empty } from '../../ui/notice.js';
import { ShortId } from '../../ui/short-id.js';
import { Status } from '../../ui/status.js';
import { useEvery, usePages } from '../../use-api.js';
import { List } from '../list.js';
import { Name } from '../names.js';
import { Link } from '../router.js';
import { SystemHead } from './head.js';
import type { Erasure } from './shapes.js';

const REFRESH_MS = 10_000;

const COLUMNS = [
  {
    name: 'Directory',
    show: ({ directoryId }: Erasure) => (
      <Link to={`/directories/${directoryId}`}>
        <Name kind="directories" id={directoryId} />
      </Link>
    ),
  },
  {
    name: 'Who',
    isExtra: true,
    show: ({ userId }: Erasure) => (userId === null ? 'all of it' : <ShortId id={userId} />),
  },
  {
    name: 'State',
    show: ({ state }: Erasure) => (
      <Status tone={state === 'done' ? 'good' : 'busy'}>{state === 'done' ? 'Done' : 'Open'}</Status>
    ),
  },
  { name: 'Events erased', isFigure: true, isExtra: true, show: ({ erased }: Erasure) => erased.toLocaleString('en') },
  {
    name: 'Goes on',
    isExtra: true,
    show: ({ dueAt }: Erasure) => dueAt !== null && <Ago at={dueAt} />,
  },
  { name: 'Ordered', isFigure: true, show: ({ createdAt }: Erasure) => <Ago at={createdAt} /> },
];

/** Orders to erase personal data from all that is kept. */
export function Erasures() {
  const list = usePages<Erasure>('/v1/erasures');
  useEvery(REFRESH_MS, list.refresh);
  return (
    <>
      <SystemHead />
      <List
        list={list}
        label="Erasures"
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nothing was erased">
            <p>A user is erased from all events, deliveries and logs by an order:</p>
            <code>rollcall users erase</code>
          </Empty>
        }
      />
    </>
  );
}
