import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Diff } from '../../ui/diff.js';
import { Facts } from '../../ui/facts.js';
import { Field } from '../../ui/field.js';
import { Empty } from '../../ui/notice.js';
import { ShortId } from '../../ui/short-id.js';
import { Status, type Tone } from '../../ui/status.js';
import { usePages } from '../../use-api.js';
import { TimeFilter, useTimes } from '../time-filter.js';
import { List } from '../list.js';
import { Panel, Section } from '../panel.js';
import { Picker } from '../picker.js';
import { Link, match, usePlace, useQuery, useSearch } from '../router.js';
import { Split } from '../split.js';
import { SystemHead } from './head.js';
import type { AuditEntry } from './shapes.js';
import styles from './system.module.css';

const OUTCOMES: Readonly<Record<AuditEntry['outcome'], readonly [Tone, string]>> = {
  done: ['good', 'Done'],
  failed: ['bad', 'Failed'],
  unknown: ['warn', 'Unknown'],
};

function Outcome({ outcome }: Pick<AuditEntry, 'outcome'>) {
  const [tone, word] = OUTCOMES[outcome];
  return <Status tone={tone}>{word}</Status>;
}

/** Who changed what, newest first. */
export function Audit() {
  const { path } = usePlace();
  const [action] = useQuery('action');
  const [actor] = useQuery('actor');
  const [organizationId] = useQuery('organizationId');
  const [directoryId] = useQuery('directoryId');
  const asked = { action, actor, organizationId, directoryId, ...useTimes() };
  const list = usePages<AuditEntry>(pathWith('/v1/audit', asked));
  const search = useSearch();
  const chosen = match('/system/audit/:id', path)?.['id'];
  const entry = list.data?.find(({ id }) => id === chosen);
  return (
    <Split detail={chosen && <EntryPanel entry={entry} back={`/system/audit${search}`} />}>
      <SystemHead
        actions={
          <a href={pathWith('/v1/audit', { ...asked, format: 'ndjson' })} download="audit.ndjson">
            Export as NDJSON
          </a>
        }
        filters={<Filters />}
      />
      <List
        list={list}
        label="Audit log"
        columns={columnsWith(search)}
        keyOf={({ id }) => id}
        chosen={chosen}
        empty={
          <Empty title="Nothing was changed">
            <p>Every change through the management API and this console is written down here, with who made it.</p>
          </Empty>
        }
      />
    </Split>
  );
}

function Filters() {
  const [action, setAction] = useQuery('action');
  const [organizationId, setOrganization] = useQuery('organizationId');
  const [directoryId, setDirectory] = useQuery('directoryId');
  return (
    <>
      <Field
        label="Action"
        type="search"
        isFilter
        className={styles.action}
        placeholder="Action"
        value={action}
        onChange={(event) => setAction(event.target.value.trim())}
      />
      <Picker kind="organizations" label="Organization" value={organizationId} onChange={setOrganization} isFilter />
      <Picker kind="directories" label="Directory" value={directoryId} onChange={setDirectory} isFilter />
      <TimeFilter />
    </>
  );
}

const columnsWith = (search: string) => [
  {
    name: 'Action',
    show: ({ id, action }: AuditEntry) => <Link to={`/system/audit/${id}${search}`}>{action}</Link>,
  },
  { name: 'Who', show: ({ actor }: AuditEntry) => <Link to={`/system/audit?actor=${actor.id}`}>{actor.name}</Link> },
  {
    name: 'What',
    isExtra: true,
    show: ({ subject }: AuditEntry) => (
      <>
        {subject.type} <ShortId id={subject.id} />
      </>
    ),
  },
  {
    name: 'Outcome',
    isExtra: true,
    show: ({ outcome }: AuditEntry) => <Outcome outcome={outcome} />,
  },
  { name: 'When', isFigure: true, show: ({ at }: AuditEntry) => <Ago at={at} /> },
];

function EntryPanel({ entry, back }: { readonly entry: AuditEntry | undefined; readonly back: string }) {
  if (entry === undefined) {
    return (
      <Panel title="Audit entry" back={back}>
        <p>The entry is not among those that are listed: show more of them, or take a filter away.</p>
      </Panel>
    );
  }
  const { id, action, actor, subject, outcome, at, address, requestId, before, after } = entry;
  return (
    <Panel title={action} back={back}>
      <Facts
        facts={[
          ['Who', `${actor.name} (${actor.id})`],
          ['From', address ?? 'unknown'],
          [
            'What',
            <span key="what">
              {subject.type} <ShortId id={subject.id} />
            </span>,
          ],
          ['When', <Ago key="at" at={at} />],
          ['Outcome', <Outcome key="outcome" outcome={outcome} />],
          ['Request', <ShortId key="request" id={requestId} />],
          ['Id', <ShortId key="id" id={id} />],
        ]}
      />
      <Section title="What changed">
        <Diff previous={{ ...absent(after), ...before }} data={{ ...absent(before), ...after }} />
      </Section>
    </Panel>
  );
}

/** What the other side has is told as not having been there. */
const absent = (fields: AuditEntry['before']): Readonly<Record<string, null>> =>
  Object.fromEntries(Object.keys(fields ?? {}).map((name) => [name, null]));
