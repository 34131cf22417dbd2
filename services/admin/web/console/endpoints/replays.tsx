import { useState } from 'react';
import { api } from '../../api.js';
import { absolute, Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Failed } from '../../ui/notice.js';
import { Status, type Tone } from '../../ui/status.js';
import { Table } from '../../ui/table.js';
import { useAction } from '../../use-action.js';
import { useApi, useEvery } from '../../use-api.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import { ReplayRange } from './replay-range.js';
import type { Endpoint, Replay } from './shapes.js';

const REFRESH_MS = 2_000;
const TONES: Readonly<Record<Replay['state'], Tone>> = { running: 'busy', done: 'good', canceled: 'idle' };

/** Replays of the endpoint with how far they are. */
export function Replays({ endpoint }: { readonly endpoint: Endpoint }) {
  const [isAsked, setAsked] = useState(false);
  const mayChange = useMayChange();
  const { data, problem, reload } = useApi<{ data: readonly Replay[] }>(`/v1/replays?endpointId=${endpoint.id}`);
  const replays = [...(data?.data ?? [])].reverse();
  useEvery(REFRESH_MS, () => {
    if (replays.some(({ state }) => state === 'running')) reload();
  });
  const columns = [
    { name: 'Events of', show: ({ since, until }: Replay) => `${absolute(since)} to ${absolute(until)}` },
    { name: 'State', show: ({ state }: Replay) => <Status tone={TONES[state]}>{state}</Status> },
    { name: 'Sent again', isFigure: true, show: ({ replayed }: Replay) => replayed.toLocaleString('en') },
    { name: 'Asked for', isExtra: true, show: ({ createdAt }: Replay) => <Ago at={createdAt} /> },
    {
      name: '',
      show: ({ id, state }: Replay) => mayChange && state === 'running' && <Cancel id={id} onDone={reload} />,
    },
  ];
  return (
    <Section
      title="Replays"
      action={
        mayChange && (
          <Button onClick={() => setAsked(true)} disabled={!endpoint.enabled}>
            Replay a time…
          </Button>
        )
      }
    >
      {problem && <Failed problem={problem} retry={reload} />}
      {data !== undefined && replays.length === 0 && (
        <p>Nothing was replayed. A replay sends the deliveries of a time again, under the same ids.</p>
      )}
      {replays.length > 0 && <Table label="Replays" columns={columns} items={replays} keyOf={({ id }) => id} />}
      {isAsked && <ReplayRange endpoint={endpoint} onDone={reload} onClose={() => setAsked(false)} />}
    </Section>
  );
}

function Cancel({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const { run, isBusy } = useAction(async () => {
    await api(`/v1/replays/${id}/cancel`, { method: 'POST', body: {} }).finally(onDone);
  });
  return (
    <Button kind="quiet" isBusy={isBusy} onClick={() => void run()}>
      Cancel
    </Button>
  );
}
