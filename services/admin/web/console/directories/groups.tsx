import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Empty } from '../../ui/notice.js';
import type { Column } from '../../ui/table.js';
import { usePages } from '../../use-api.js';
import { List } from '../list.js';
import { Link, useQuery, useSearch } from '../router.js';
import { Search } from '../search.js';
import type { Group } from '../shapes.js';
import { Split } from '../split.js';
import styles from './directories.module.css';
import type { ViewProps } from './directory.js';
import { GroupPanel } from './group.js';

/** The groups of a directory; one of them beside the list. */
export function Groups({ directory, head, base, item }: ViewProps) {
  const [q] = useQuery('q');
  const search = useSearch();
  const back = `${base}/groups${search}`;
  const list = usePages<Group>(pathWith(`/v1${base}/groups`, { q }));
  return (
    <Split detail={item && <GroupPanel key={item} directoryId={directory.id} groupId={item} base={base} back={back} />}>
      {head(<Search label="Search by name or external id" />)}
      <List
        label="Groups"
        list={list}
        columns={columnsAt((id) => `${base}/groups/${id}${search}`)}
        keyOf={({ id }) => id}
        chosen={item}
        empty={<NoGroup q={q} base={base} />}
      />
    </Split>
  );
}

const columnsAt = (to: (id: string) => string): readonly Column<Group>[] => [
  { name: 'Name', show: ({ id, displayName }) => <Link to={to(id)}>{displayName}</Link> },
  { name: 'External id', show: ({ externalId }) => <span className={styles.none}>{externalId ?? '—'}</span> },
  { name: 'Changed', isExtra: true, show: ({ updatedAt }) => <Ago at={updatedAt} /> },
];

function NoGroup({ q, base }: { readonly q: string; readonly base: string }) {
  if (q !== '') {
    return (
      <Empty title="No group begins with that">
        <p>
          Names and external ids are searched by their beginning; an id as a whole.{' '}
          <Link to={`${base}/groups`}>Show all</Link>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No group yet">
      <p>
        Groups come from the identity provider. In Okta, push them under “Push Groups”; in Entra ID, assign them to the
        application.
      </p>
    </Empty>
  );
}
