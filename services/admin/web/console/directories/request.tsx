import { Ago, absolute } from '../../ui/ago.js';
import { duration } from '../../ui/duration.js';
import { Facts } from '../../ui/facts.js';
import { Failed, Loading, Notice } from '../../ui/notice.js';
import { ShortId, withShortIds } from '../../ui/short-id.js';
import { useApi } from '../../use-api.js';
import { Panel, Section } from '../panel.js';
import { Link } from '../router.js';
import type { RequestWithEvents } from '../shapes.js';
import { AnswerWord, eventsWord } from './requests.js';
import styles from './requests.module.css';

interface Props {
  readonly directoryId: string;
  readonly requestId: string;
  /** The directory's address. */
  readonly base: string;
  readonly back: string;
}

/** One SCIM request: its outline, why it was refused, and the events that it caused. */
export function RequestPanel({ directoryId, requestId, base, back }: Props) {
  const { data, problem, reload } = useApi<RequestWithEvents>(`/v1/directories/${directoryId}/requests/${requestId}`);
  return (
    <Panel
      title={data === undefined ? 'Request' : `${data.method} ${withShortIds(data.path)}`}
      back={back}
      actions={data && <AnswerWord status={data.status} />}
    >
      {problem && <Failed problem={problem} retry={reload} />}
      {data === undefined && problem === undefined && <Loading />}
      {data && (
        <>
          {data.detail !== null && (
            <Notice tone={data.status < 500 ? 'warn' : 'bad'}>
              <p>
                <strong>Refused{data.scimType === null ? '' : `: ${data.scimType}`}</strong>
              </p>
              <p>{data.detail}</p>
            </Notice>
          )}
          <Facts facts={factsOf(data)} />
          <Section title="What the body has">
            {data.attributes.length === 0 ? (
              <p>No body, or none that was read. Values are never kept.</p>
            ) : (
              <p className={styles.attributes}>
                {data.attributes.map((attribute) => (
                  <code key={attribute}>{attribute}</code>
                ))}
              </p>
            )}
          </Section>
          <Section title="What it caused">
            <Events request={data} base={base} />
          </Section>
        </>
      )}
    </Panel>
  );
}

const factsOf = (request: RequestWithEvents): (readonly [string, React.ReactNode])[] => [
  [
    'When',
    <span key="at" title={absolute(request.at)}>
      <Ago at={request.at} />, {absolute(request.at)}
    </span>,
  ],
  ['Took', duration(request.durationMs)],
  ['Sent by', request.userAgent ?? 'It did not say'],
  ['Id', <ShortId key="id" id={request.id} />],
];

function Events({ request, base }: { readonly request: RequestWithEvents; readonly base: string }) {
  const { events, eventCount, status } = request;
  if (eventCount === 0) {
    return (
      <p>
        {status < 400 ? 'Nothing: it read, or it changed nothing that was not so already.' : 'Nothing was changed.'}
      </p>
    );
  }
  return (
    <>
      <ul className={styles.events}>
        {events.map(({ id, type, seq, resourceId }) => (
          <li key={id}>
            <Link to={whereOf(type, resourceId, base) ?? `/events/${id}`}>
              {type} <span className={styles.seq}>seq {seq.toLocaleString('en')}</span>
            </Link>
          </li>
        ))}
      </ul>
      {events.length < eventCount && (
        <p>{eventsWord(eventCount)} in all; the first of those that are kept are shown.</p>
      )}
    </>
  );
}

/** Who it happened to, whose history tells the rest of the way. */
function whereOf(type: string, resourceId: string, base: string): string | undefined {
  if (type.startsWith('user.') && type !== 'user.deleted') return `${base}/users/${resourceId}`;
  if (type.startsWith('group.') && type !== 'group.deleted') return `${base}/groups/${resourceId}`;
  return undefined;
}
