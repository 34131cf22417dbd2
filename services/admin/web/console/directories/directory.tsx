import type { ReactNode } from 'react';
import { Failed, Loading } from '../../ui/notice.js';
import { useApi, useEvery } from '../../use-api.js';
import { Link } from '../router.js';
import type { Directory } from '../shapes.js';
import { ScreenHead } from '../split.js';
import { Views } from '../views.js';
import styles from './directory.module.css';
import { Groups } from './groups.js';
import { Held } from './held.js';
import { StateWord } from './list.js';
import { MappingView } from './mapping.js';
import { Overview } from './overview.js';
import { Past } from './past.js';
import { Requests } from './requests.js';
import { Settings } from './settings.js';
import { Users } from './users.js';

const REFRESH_MS = 10_000;

/** What a view of a directory knows. */
export interface ViewProps {
  readonly directory: Directory;
  /** The head that stands above every view's list. */
  readonly head: (filters?: ReactNode) => ReactNode;
  /** The address of the directory: views are below it. */
  readonly base: string;
  /** What is open beside the view's list. */
  readonly item: string | undefined;
  /** The directory has changed. */
  readonly reload: () => void;
}

interface View {
  readonly path: string;
  readonly name: (directory: Directory) => string;
  readonly show: (props: ViewProps) => ReactNode;
}

const VIEWS: readonly View[] = [
  { path: '', name: () => 'Overview', show: Overview },
  { path: 'users', name: () => 'Users', show: Users },
  { path: 'groups', name: () => 'Groups', show: Groups },
  { path: 'requests', name: () => 'Requests', show: Requests },
  {
    path: 'held',
    name: ({ hold }) => (hold === null ? 'Held changes' : `Held changes ${hold.events.toLocaleString('en')}`),
    show: Held,
  },
  { path: 'past', name: () => 'Time travel', show: Past },
  { path: 'mapping', name: () => 'Mapping', show: MappingView },
  { path: 'settings', name: () => 'Settings', show: Settings },
];

interface Props {
  readonly id: string;
  readonly view: string;
  readonly item: string | undefined;
}

/** One directory, in its views. */
export function DirectoryScreen({ id, view, item }: Props) {
  const { data: directory, problem, reload } = useApi<Directory>(`/v1/directories/${id}`);
  useEvery(REFRESH_MS, reload);
  if (problem !== undefined && directory === undefined) {
    return (
      <div className={styles.alone}>
        <Failed problem={problem} retry={reload} />
        <Link to="/directories">To all directories</Link>
      </div>
    );
  }
  if (directory === undefined) return <Loading />;
  const base = `/directories/${id}`;
  const shown = VIEWS.find(({ path }) => path === view) ?? VIEWS[0];
  const head = (filters?: ReactNode): ReactNode => (
    <DirectoryHead directory={directory} base={base} shown={shown?.path ?? ''} filters={filters} />
  );
  const Show = shown?.show ?? Overview;
  return <Show key={view} directory={directory} head={head} base={base} item={item} reload={reload} />;
}

interface HeadProps {
  readonly directory: Directory;
  readonly base: string;
  readonly shown: string;
  readonly filters: ReactNode;
}

function DirectoryHead({ directory, base, shown, filters }: HeadProps) {
  const { organizationName, name } = directory;
  const views = VIEWS.map(({ path, name }) => ({
    name: name(directory),
    to: path === '' ? base : `${base}/${path}`,
    isChosen: path === shown,
  }));
  return (
    <ScreenHead
      title={organizationName ?? name}
      crumb={<Link to="/directories">Directories</Link>}
      views={
        <>
          {organizationName !== null && <span className={styles.name}>{name}</span>}
          <StateWord directory={directory} />
        </>
      }
      below={<Views label={`Views of ${name}`} views={views} />}
      filters={filters}
    />
  );
}
