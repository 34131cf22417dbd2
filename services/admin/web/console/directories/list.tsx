import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Empty } from '../../ui/notice.js';
import { Sparkline } from '../../ui/sparkline.js';
import { Status } from '../../ui/status.js';
import type { Column } from '../../ui/table.js';
import { useEvery, usePages } from '../../use-api.js';
import { List } from '../list.js';
import { Link, useNavigate, useQuery } from '../router.js';
import { Search } from '../search.js';
import { useMayChange } from '../session.js';
import type { Directory, DirectoryStatistics } from '../shapes.js';
import { ScreenHead, Split } from '../split.js';
import { useStatistics } from '../use-statistics.js';
import styles from './directories.module.css';
import { NewDirectory } from './new.js';
import { providerName, stateOf } from './state.js';

const REFRESH_MS = 10_000;

/** Every directory, and how each of them does. */
export function DirectoryList({ isNew }: { readonly isNew: boolean }) {
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const [q] = useQuery('q');
  const list = usePages<Directory>(pathWith('/v1/directories', { q }));
  const statistics = useStatistics<DirectoryStatistics>(
    'directories',
    list.data?.map(({ id }) => id) ?? [],
    ({ directoryId }) => directoryId,
  );
  useEvery(REFRESH_MS, list.refresh);
  const isEmpty = q === '' && list.data?.length === 0;
  const add = mayChange && (
    <Button kind="primary" onClick={() => navigate('/directories/new')}>
      New directory
    </Button>
  );
  return (
    <Split detail={isNew ? <NewDirectory onMade={list.reload} /> : undefined}>
      <ScreenHead
        title="Directories"
        actions={!isEmpty && add}
        filters={<Search label="Search by name, organization or id" />}
      />
      <List
        label="Directories"
        list={list}
        columns={columnsWith(statistics)}
        keyOf={({ id }) => id}
        empty={q === '' ? <NoDirectory add={add} /> : <NothingFound q={q} />}
      />
    </Split>
  );
}

const columnsWith = (statistics: ReadonlyMap<string, DirectoryStatistics>): readonly Column<Directory>[] => [
  {
    name: 'Directory',
    show: ({ id, name, organizationName }) => (
      <>
        <Link to={`/directories/${id}`}>{organizationName ?? name}</Link>
        {organizationName !== null && <span className={styles.dim}>{name}</span>}
      </>
    ),
  },
  { name: 'State', show: (directory) => <StateWord directory={directory} /> },
  { name: 'Provider', isExtra: true, show: ({ provider }) => providerName(provider) },
  { name: 'Users', isFigure: true, show: ({ counts }) => counts.users.toLocaleString('en') },
  { name: 'Groups', isFigure: true, isExtra: true, show: ({ counts }) => counts.groups.toLocaleString('en') },
  {
    name: 'Last request',
    isExtra: true,
    show: ({ id }) => {
      const at = statistics.get(id)?.lastRequestAt;
      return at === undefined || at === null ? '—' : <Ago at={at} />;
    },
  },
  {
    name: 'Errors 24 h',
    isFigure: true,
    isExtra: true,
    show: ({ id }) => <Errors statistics={statistics.get(id)} />,
  },
  {
    name: 'Requests 24 h',
    isExtra: true,
    show: ({ id }) => (
      <Sparkline
        bars={statistics.get(id)?.buckets.map(({ requests, errors }) => ({ value: requests, bad: errors })) ?? []}
        label="Requests in the last 24 hours"
      />
    ),
  },
];

export function StateWord({ directory }: { readonly directory: Directory }) {
  const { tone, word, why } = stateOf(directory);
  return (
    <span title={why}>
      <Status tone={tone}>{word}</Status>
    </span>
  );
}

function Errors({ statistics }: { readonly statistics: DirectoryStatistics | undefined }) {
  const errors = statistics?.buckets.reduce((sum, bucket) => sum + bucket.errors, 0) ?? 0;
  if (errors === 0) return <span className={styles.none}>0</span>;
  return <span className={styles.bad}>{errors.toLocaleString('en')}</span>;
}

function NoDirectory({ add }: { readonly add: React.ReactNode }) {
  return (
    <Empty title="No directory yet">
      <p>
        A directory is one identity provider’s connection of a customer. Make one, and send its set-up link to their
        admin.
      </p>
      {add}
      <p>
        Or from a terminal: <code>rollcall directories create --org &lt;id&gt; --name Okta</code>
      </p>
    </Empty>
  );
}

function NothingFound({ q }: { readonly q: string }) {
  return (
    <Empty title="Nothing is called that">
      <p>
        No directory or organization has “{q}” in its name. An id is found as a whole.{' '}
        <Link to="/directories">Show all</Link>
      </p>
    </Empty>
  );
}
