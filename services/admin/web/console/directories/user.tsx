import { Code } from '../../ui/code.js';
import { Facts } from '../../ui/facts.js';
import { Failed, Loading } from '../../ui/notice.js';
import { ShortId } from '../../ui/short-id.js';
import { useApi } from '../../use-api.js';
import { History } from '../history.js';
import { Panel, Section } from '../panel.js';
import { Link } from '../router.js';
import type { User, UserWithGroups } from '../shapes.js';
import { Chips } from './chips.js';
import { ActiveWord, nameOf } from './users.js';

interface Props {
  readonly directoryId: string;
  readonly userId: string;
  /** The directory's address. */
  readonly base: string;
  readonly back: string;
}

/** One user: who they are, which groups they are in, and all that happened to them. */
export function UserPanel({ directoryId, userId, base, back }: Props) {
  const { data: user, problem, reload } = useApi<UserWithGroups>(`/v1/directories/${directoryId}/users/${userId}`);
  return (
    <Panel title={user === undefined ? 'User' : nameOf(user)} back={back} actions={user && ActiveWord(user)}>
      {problem && <Failed problem={problem} retry={reload} />}
      {user === undefined && problem === undefined && <Loading />}
      {user && (
        <>
          <Facts facts={factsOf(user)} />
          <Section title={`Groups ${user.groupCount.toLocaleString('en')}`}>
            <Chips
              none="In no group."
              chips={user.groups.map(({ id, displayName }) => (
                <Link key={id} to={`${base}/groups/${id}`}>
                  {displayName}
                </Link>
              ))}
            />
          </Section>
        </>
      )}
      <Section title="History">
        <History directoryId={directoryId} resourceId={userId} />
      </Section>
      {user && (
        <Section title="As events tell of them">
          <Code label="The user’s data" text={JSON.stringify(user, null, 2)} isJson />
        </Section>
      )}
    </Panel>
  );
}

const factsOf = (user: User): (readonly [string, React.ReactNode] | undefined)[] => [
  ['User name', user.userName],
  user.email === null ? undefined : ['E-mail', user.email],
  user.title === null ? undefined : ['Title', user.title],
  user.department === null ? undefined : ['Department', user.department],
  user.roles.length === 0 ? undefined : ['Roles', user.roles.map(({ value }) => value).join(', ')],
  user.externalId === null ? undefined : ['External id', <ShortId key="external" id={user.externalId} />],
  ['Id', <ShortId key="id" id={user.id} />],
];
