import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Facts } from '../../ui/facts.js';
import { Failed, Loading } from '../../ui/notice.js';
import { ShortId } from '../../ui/short-id.js';
import { useApi, usePages } from '../../use-api.js';
import { History } from '../history.js';
import { Panel, Section } from '../panel.js';
import { Link } from '../router.js';
import type { Group, Member } from '../shapes.js';
import { Chips } from './chips.js';
import styles from './directories.module.css';

const PAGE = 50;

interface Props {
  readonly directoryId: string;
  readonly groupId: string;
  /** The directory's address. */
  readonly base: string;
  readonly back: string;
}

/** One group: its members, and all that happened to it. */
export function GroupPanel({ directoryId, groupId, base, back }: Props) {
  const { data: group, problem, reload } = useApi<Group>(`/v1/directories/${directoryId}/groups/${groupId}`);
  return (
    <Panel title={group?.displayName ?? 'Group'} back={back}>
      {problem && <Failed problem={problem} retry={reload} />}
      {group === undefined && problem === undefined && <Loading />}
      {group && (
        <>
          <Facts
            facts={[
              ['Created', <Ago key="created" at={group.createdAt} />],
              group.externalId === null ? undefined : ['External id', <ShortId key="external" id={group.externalId} />],
              ['Id', <ShortId key="id" id={group.id} />],
            ]}
          />
          <Members path={`/v1/directories/${directoryId}/groups/${groupId}/members`} base={base} />
        </>
      )}
      <Section title="History">
        <History directoryId={directoryId} resourceId={groupId} />
      </Section>
    </Panel>
  );
}

function Members({ path, base }: { readonly path: string; readonly base: string }) {
  const { data, problem, more, isLoading, reload } = usePages<Member>(path, PAGE);
  return (
    <Section title="Members">
      {problem && <Failed problem={problem} retry={reload} />}
      {data === undefined && problem === undefined && <Loading rows={2} />}
      {data && (
        <Chips
          none="Nobody is in it."
          chips={data.map(({ id, type, displayName, userName }) => (
            <Link key={id} to={`${base}/${type === 'Group' ? 'groups' : 'users'}/${id}`}>
              {displayName ?? userName ?? id}
            </Link>
          ))}
        />
      )}
      {more && (
        <div className={styles.row}>
          <Button onClick={more} isBusy={isLoading}>
            Show more members
          </Button>
        </div>
      )}
    </Section>
  );
}
