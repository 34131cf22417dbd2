import { pathWith } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Empty } from '../../ui/notice.js';
import type { Column } from '../../ui/table.js';
import { absolute } from '../../ui/ago.js';
import { usePages } from '../../use-api.js';
import { List } from '../list.js';
import { useQuery } from '../router.js';
import type { PastUser } from '../shapes.js';
import { localTime } from '../times.js';
import type { ViewProps } from './directory.js';
import styles from './directories.module.css';
import past from './past.module.css';
import { ActiveWord, nameOf } from './users.js';

const HOUR_MS = 3_600_000;
const BACK: readonly (readonly [string, number])[] = [
  ['An hour ago', HOUR_MS],
  ['A day ago', 24 * HOUR_MS],
  ['A week ago', 168 * HOUR_MS],
];

/** The users of a directory as they were at a time, and who had access then, as CSV. */
export function Past({ directory, head, base }: ViewProps) {
  const [at, setAt] = useQuery('at');
  const list = usePages<PastUser>(at === '' ? undefined : pathWith(`/v1${base}/users`, { at }));
  const go = (time: number): void => setAt(new Date(time).toISOString());
  const report = pathWith(`/v1/organizations/${directory.organizationId}/access-report`, {
    at,
    directoryId: directory.id,
    format: 'csv',
  });
  return (
    <>
      {head(
        <>
          <label className={past.when}>
            <span>As it was at</span>
            <input
              type="datetime-local"
              max={localTime(Date.now())}
              value={at === '' ? '' : localTime(Date.parse(at))}
              onChange={({ target: { value } }) => (value === '' ? setAt(undefined) : go(new Date(value).getTime()))}
            />
          </label>
          {BACK.map(([name, ms]) => (
            <Button key={name} kind="quiet" onClick={() => go(Date.now() - ms)}>
              {name}
            </Button>
          ))}
          {at !== '' && list.problem === undefined && (
            <a className={past.report} href={report} download>
              Access report (CSV)
            </a>
          )}
        </>,
      )}
      {at === '' ? (
        <NoTime />
      ) : (
        <List
          label={`Users at ${absolute(at)}`}
          list={list}
          columns={COLUMNS}
          keyOf={({ id }) => id}
          empty={
            <Empty title="It was empty">
              <p>The directory had no user at {absolute(at)}.</p>
            </Empty>
          }
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<PastUser>[] = [
  { name: 'Name', show: (user) => <span className={styles.strong}>{nameOf(user)}</span> },
  { name: 'User name', show: ({ userName }) => <span className={styles.none}>{userName}</span> },
  { name: 'State', show: ActiveWord },
  { name: 'Title', isExtra: true, show: ({ title }) => title ?? '—' },
  { name: 'Department', isExtra: true, show: ({ department }) => department ?? '—' },
  { name: 'Version', isExtra: true, isFigure: true, show: ({ version }) => version.toLocaleString('en') },
];

function NoTime() {
  return (
    <Empty title="Who was there, and when?">
      <p>
        Choose a time above: the directory is shown as it was then, from its events. The access report of that time
        lists every user with their groups.
      </p>
    </Empty>
  );
}
