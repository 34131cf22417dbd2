import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Empty } from '../../ui/notice.js';
import { Status } from '../../ui/status.js';
import type { Column } from '../../ui/table.js';
import { usePages } from '../../use-api.js';
import { List } from '../list.js';
import { Link, useQuery, useSearch } from '../router.js';
import { Search } from '../search.js';
import type { User } from '../shapes.js';
import { Split } from '../split.js';
import type { ViewProps } from './directory.js';
import styles from './directories.module.css';
import { UserPanel } from './user.js';

/** The users of a directory; one of them beside the list. */
export function Users({ directory, head, base, item }: ViewProps) {
  const [q] = useQuery('q');
  const search = useSearch();
  const back = `${base}/users${search}`;
  const list = usePages<User>(pathWith(`/v1${base}/users`, { q }));
  return (
    <Split detail={item && <UserPanel key={item} directoryId={directory.id} userId={item} base={base} back={back} />}>
      {head(<Search label="Search by name, e-mail or external id" />)}
      <List
        label="Users"
        list={list}
        columns={columnsAt((id) => `${base}/users/${id}${search}`)}
        keyOf={({ id }) => id}
        chosen={item}
        empty={<NoUser q={q} base={base} />}
      />
    </Split>
  );
}

export const ActiveWord = ({ active }: Pick<User, 'active'>) => (
  <Status tone={active ? 'good' : 'idle'}>{active ? 'Active' : 'Deactivated'}</Status>
);

export const nameOf = ({ displayName, name, userName }: Pick<User, 'displayName' | 'name' | 'userName'>): string =>
  displayName ?? name.formatted ?? userName;

const columnsAt = (to: (id: string) => string): readonly Column<User>[] => [
  { name: 'Name', show: (user) => <Link to={to(user.id)}>{nameOf(user)}</Link> },
  { name: 'User name', show: ({ userName }) => <span className={styles.none}>{userName}</span> },
  { name: 'State', show: ActiveWord },
  { name: 'Title', isExtra: true, show: ({ title }) => title ?? '—' },
  { name: 'Department', isExtra: true, show: ({ department }) => department ?? '—' },
  { name: 'Changed', isExtra: true, show: ({ updatedAt }) => <Ago at={updatedAt} /> },
];

function NoUser({ q, base }: { readonly q: string; readonly base: string }) {
  if (q !== '') {
    return (
      <Empty title="No user begins with that">
        <p>
          User names, e-mail addresses, display names and external ids are searched by their beginning; an id as a
          whole. <Link to={`${base}/users`}>Show all</Link>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No user yet">
      <p>Users come from the identity provider. In it, assign people to the application, or start provisioning.</p>
      <p>
        To see some now: <code>rollcall simulate --users 20 --groups 3</code>
      </p>
    </Empty>
  );
}
