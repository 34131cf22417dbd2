import { useEffect, useState } from 'react';
import { pathWith } from '../../api.js';
import { useLive } from '../../live.js';
import { Ago } from '../../ui/ago.js';
import { duration } from '../../ui/duration.js';
import { Empty } from '../../ui/notice.js';
import { Select } from '../../ui/select.js';
import { withShortIds } from '../../ui/short-id.js';
import { Status, type Tone } from '../../ui/status.js';
import type { Column } from '../../ui/table.js';
import { usePages } from '../../use-api.js';
import { List } from '../list.js';
import { Link, useQuery, useSearch } from '../router.js';
import type { ScimRequest } from '../shapes.js';
import { Split } from '../split.js';
import type { ViewProps } from './directory.js';
import { RequestPanel } from './request.js';
import styles from './requests.module.css';

const METHODS = { '': 'Any method', POST: 'POST', PATCH: 'PATCH', PUT: 'PUT', DELETE: 'DELETE', GET: 'GET' };
const STATUSES = {
  '': 'Any status',
  200: '200 OK',
  201: '201 Created',
  204: '204 No content',
  400: '400 Bad request',
  401: '401 No valid token',
  404: '404 Not found',
  409: '409 Conflict',
  412: '412 Changed since',
  429: '429 Too many',
  500: '500 Failed here',
};
/** What comes live is kept until it is looked up again: a feed is for the last minutes. */
const FEED_MAX = 200;

/** What the identity provider asks, as it comes; one request beside the feed. */
export function Requests({ directory, head, base, item }: ViewProps) {
  const [method, setMethod] = useQuery('method');
  const [status, setStatus] = useQuery('status');
  const search = useSearch();
  const list = usePages<ScimRequest>(pathWith(`/v1${base}/requests`, { method, status }));
  const [came, setCame] = useState<readonly ScimRequest[]>([]);
  const state = useLive(`/v1${base}/requests/stream`, {
    request: (request) => setCame((old) => [request as ScimRequest, ...old].slice(0, FEED_MAX)),
  });
  const { reload } = list;
  // What came between the list and the beginning of the stream is in neither.
  useEffect(() => {
    if (state === 'live') reload();
  }, [state, reload]);
  const fits = (request: ScimRequest): boolean =>
    (method === '' || request.method === method) && (status === '' || String(request.status) === status);
  const back = `${base}/requests${search}`;
  const filters = (
    <>
      <Select label="Method" value={method} options={METHODS} onChange={setMethod} isFilter />
      <Select label="Status" value={status} options={STATUSES} onChange={setStatus} isFilter />
      <span className={styles.live}>
        {state === 'live' ? (
          <Status tone="good">Live</Status>
        ) : (
          <Status tone="warn">{state === 'lost' ? 'Connecting again' : 'Connecting'}</Status>
        )}
      </span>
    </>
  );
  return (
    <Split
      detail={item && <RequestPanel key={item} directoryId={directory.id} requestId={item} base={base} back={back} />}
    >
      {head(filters)}
      <List
        label="Requests, newest first"
        list={{ ...list, data: list.data && newestFirst(came.filter(fits), list.data) }}
        columns={columnsAt((id) => `${base}/requests/${id}${search}`)}
        keyOf={({ id }) => id}
        chosen={item}
        empty={<NoRequest isFiltered={method !== '' || status !== ''} />}
      />
    </Split>
  );
}

/** Ids of requests begin with their time. */
function newestFirst(...lists: readonly (readonly ScimRequest[])[]): readonly ScimRequest[] {
  const byId = new Map(lists.flat().map((request) => [request.id, request]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

export function AnswerWord({ status }: Pick<ScimRequest, 'status'>) {
  const tone: Tone = status < 400 ? 'good' : status < 500 ? 'warn' : 'bad';
  return <Status tone={tone}>{status}</Status>;
}

const columnsAt = (to: (id: string) => string): readonly Column<ScimRequest>[] => [
  {
    name: 'Request',
    show: ({ id, method, path }) => (
      <Link to={to(id)}>
        <span className={styles.method}>{method}</span>
        <span className={styles.path}>{withShortIds(path)}</span>
      </Link>
    ),
  },
  { name: 'Answer', show: AnswerWord },
  {
    name: 'What came of it',
    isExtra: true,
    show: ({ detail, events }) => <span className={styles.why}>{detail ?? eventsWord(countOf(events))}</span>,
  },
  { name: 'Took', isFigure: true, isExtra: true, show: ({ durationMs }) => duration(durationMs) },
  { name: 'When', show: ({ at }) => <Ago at={at} /> },
];

const countOf = (ranges: ScimRequest['events']): number =>
  ranges.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);

export const eventsWord = (count: number): string =>
  count === 0 ? '' : count === 1 ? '1 event' : `${count.toLocaleString('en')} events`;

function NoRequest({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No such request">
        <p>None in the log has that method and status. What comes is shown here at once.</p>
      </Empty>
    );
  }
  return (
    <Empty title="Waiting for the first request">
      <p>
        Give the identity provider the base URL and a token, and test the connection there. Its first request appears
        here by itself, also when it is refused.
      </p>
    </Empty>
  );
}
