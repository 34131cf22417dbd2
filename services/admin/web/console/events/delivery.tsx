import { useState } from 'react';
import { api } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Confirm } from '../../ui/confirm.js';
import { Facts } from '../../ui/facts.js';
import { Failed, Loading } from '../../ui/notice.js';
import { ShortId } from '../../ui/short-id.js';
import { useAction } from '../../use-action.js';
import { useApi, useEvery } from '../../use-api.js';
import { DeliveryWord } from '../delivery-status.js';
import { Name } from '../names.js';
import { Panel, Section } from '../panel.js';
import { Link } from '../router.js';
import { useMayChange } from '../session.js';
import type { Attempt, Delivery } from '../shapes.js';
import { AttemptLine } from '../trace.js';
import { Cause } from './cause.js';
import { Lane } from './lane.js';
import { mayRetry, maySkip, MEANINGS } from './meanings.js';

const REFRESH_MS = 3_000;

interface Props {
  readonly id: string;
  readonly back: string;
  readonly onChanged: () => void;
}

/** One event for one endpoint: how it stands, every attempt, and what waits behind it. */
export function DeliveryPanel({ id, back, onChanged }: Props) {
  const delivery = useApi<Delivery>(`/v1/deliveries/${id}`);
  const attempts = useApi<{ data: readonly Attempt[] }>(`/v1/deliveries/${id}/attempts`);
  const refresh = (): void => {
    delivery.reload();
    attempts.reload();
  };
  useEvery(REFRESH_MS, refresh);
  if (delivery.data === undefined) {
    return (
      <Panel title="Delivery" back={back}>
        {delivery.problem === undefined ? <Loading /> : <Failed problem={delivery.problem} retry={refresh} />}
      </Panel>
    );
  }
  const changed = (): void => {
    refresh();
    onChanged();
  };
  const found = attempts.data?.data ?? [];
  const failed = found.findLast(({ error }) => error !== null);
  const { eventType, status } = delivery.data;
  return (
    <Panel
      title={eventType}
      back={back}
      state={<DeliveryWord status={status} />}
      actions={<Actions delivery={delivery.data} onChanged={changed} />}
    >
      <p>{MEANINGS[status]}</p>
      {failed?.error != null && status !== 'delivered' && <Cause status={failed.status} error={failed.error} />}
      <Standing delivery={delivery.data} />
      <Section title="Attempts">
        {found.length === 0 ? (
          <p>None was made yet.</p>
        ) : (
          <AttemptLine attempts={found} since={delivery.data.createdAt} />
        )}
      </Section>
      <Lane delivery={delivery.data} />
    </Panel>
  );
}

function Standing({ delivery }: { readonly delivery: Delivery }) {
  const { id, eventId, endpointId, directoryId, seq, attempts, nextAttemptAt, createdAt } = delivery;
  return (
    <Facts
      facts={[
        [
          'Endpoint',
          <Link key="endpoint" to={`/endpoints/${endpointId}`}>
            <Name kind="endpoints" id={endpointId} />
          </Link>,
        ],
        [
          'Event',
          <Link key="event" to={`/events/${eventId}`}>
            {seq === null ? 'operational' : `seq ${seq.toLocaleString('en')}`}
          </Link>,
        ],
        directoryId === null
          ? undefined
          : [
              'Directory',
              <Link key="directory" to={`/directories/${directoryId}`}>
                <Name kind="directories" id={directoryId} />
              </Link>,
            ],
        ['Attempts', `${attempts.toLocaleString('en')} in this run of the retry schedule`],
        nextAttemptAt === null ? undefined : ['Next attempt', <Ago key="next" at={nextAttemptAt} />],
        ['Created', <Ago key="created" at={createdAt} />],
        ['Id', <ShortId key="id" id={id} />],
      ]}
    />
  );
}

function Actions({
  delivery: { id, status, eventType },
  onChanged,
}: {
  readonly delivery: Delivery;
  readonly onChanged: () => void;
}) {
  const [asksToSkip, setAsking] = useState(false);
  const retry = useAction(async () => {
    await api(`/v1/deliveries/${id}/retry`, { method: 'POST', body: {} }).finally(onChanged);
  });
  if (!useMayChange()) return null;
  return (
    <>
      {mayRetry(status) && (
        <Button kind="primary" isBusy={retry.isBusy} onClick={() => void retry.run()}>
          Send again
        </Button>
      )}
      {maySkip(status) && <Button onClick={() => setAsking(true)}>Skip…</Button>}
      {retry.problem && <Failed problem={retry.problem} />}
      {asksToSkip && (
        <Confirm
          title="Skip the delivery?"
          action="Skip it"
          isDanger
          onConfirm={async () => {
            await api(`/v1/deliveries/${id}/skip`, { method: 'POST', body: {} });
            onChanged();
          }}
          onClose={() => setAsking(false)}
        >
          <p>
            The receiver never gets this <strong>{eventType}</strong>. What waits behind it about the same user or group
            goes on. It can still be sent again later.
          </p>
        </Confirm>
      )}
    </>
  );
}
