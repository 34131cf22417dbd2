import { useState } from 'react';
import { api } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Code } from '../../ui/code.js';
import { Facts } from '../../ui/facts.js';
import { Failed, Loading, Notice } from '../../ui/notice.js';
import { ShortId } from '../../ui/short-id.js';
import { useAction } from '../../use-action.js';
import { useApi } from '../../use-api.js';
import { Name } from '../names.js';
import { Panel, Section } from '../panel.js';
import { Link } from '../router.js';
import { useMayChange } from '../session.js';
import type { Trace } from '../shapes.js';
import { TraceLine } from '../trace.js';
import { subjectOf } from './subject.js';

interface Props {
  readonly id: string;
  readonly back: string;
}

/** One event: what it says, what has changed, and the way that it went. */
export function EventPanel({ id, back }: Props) {
  const { data: trace, problem, reload } = useApi<Trace>(`/v1/events/${id}/trace`);
  if (trace === undefined) {
    return (
      <Panel title="Event" back={back}>
        {problem === undefined ? <Loading /> : <Failed problem={problem} retry={reload} />}
      </Panel>
    );
  }
  return <Shown trace={trace} back={back} onChanged={reload} />;
}

interface ShownProps {
  readonly trace: Trace;
  readonly back: string;
  readonly onChanged: () => void;
}

function Shown({ trace, back, onChanged }: ShownProps) {
  const { event, deliveries } = trace;
  const [replayed, setReplayed] = useState<Replayed>();
  const replay = useAction(async () => {
    setReplayed(await api<Replayed>(`/v1/events/${event.id}/replay`, { method: 'POST', body: {} }));
    onChanged();
  });
  const sendAgain = useMayChange() && deliveries.length > 0 && (
    <Button isBusy={replay.isBusy} onClick={() => void replay.run()}>
      Send again
    </Button>
  );
  return (
    <Panel title={event.type} back={back} actions={sendAgain}>
      {replay.problem && <Failed problem={replay.problem} />}
      {replayed && <Outcome replayed={replayed} />}
      <Facts
        facts={[
          ['About', subjectOf(event)],
          event.directoryId === null
            ? undefined
            : [
                'Directory',
                <Link key="directory" to={`/directories/${event.directoryId}`}>
                  <Name kind="directories" id={event.directoryId} />
                </Link>,
              ],
          ['When', <Ago key="at" at={event.timestamp} />],
          event.seq === null ? undefined : ['seq', event.seq.toLocaleString('en')],
          ['Id', <ShortId key="id" id={event.id} />],
        ]}
      />
      <Section title="The way it went">
        <TraceLine trace={trace} />
      </Section>
      <Section title="Payload">
        <Code label="The event’s payload" text={JSON.stringify(event, null, 2)} isJson />
      </Section>
    </Panel>
  );
}

interface Replayed {
  readonly data: readonly unknown[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

function Outcome({ replayed: { data, skipped } }: { readonly replayed: Replayed }) {
  const sent = `On its way to ${data.length} of ${data.length + skipped.length} endpoints.`;
  return (
    <Notice tone={skipped.length === 0 ? 'good' : 'warn'}>
      <p>{sent}</p>
      {skipped.map(({ id, reason }) => (
        <p key={id}>{reason}</p>
      ))}
    </Notice>
  );
}
