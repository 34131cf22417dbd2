import { useState } from 'react';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Failed, Loading, Notice } from '../../ui/notice.js';
import { Status, type Tone } from '../../ui/status.js';
import { api } from '../../api.js';
import { useAction } from '../../use-action.js';
import { useApi, useEvery } from '../../use-api.js';
import { shortUrl } from '../names.js';
import { Panel, Section } from '../panel.js';
import { useNavigate } from '../router.js';
import { useMayChange } from '../session.js';
import { LatestDeliveries } from './deliveries.js';
import { EditEndpoint } from './edit.js';
import { DeleteEndpoint, DisableEndpoint } from './ends.js';
import { healthOf, type Health } from './health.js';
import { Numbers } from './numbers.js';
import { Replays } from './replays.js';
import { Secrets } from './secrets.js';
import type { CountedEndpoint, EndpointStatistics } from './shapes.js';
import { Subscription } from './subscription.js';
import { TryOut } from './try-out.js';

const REFRESH_MS = 10_000;

interface Props {
  readonly id: string;
  readonly back: string;
  readonly onChanged: () => void;
}

/** One endpoint: how it does, what it is told of, and what was sent to it last. */
export function EndpointPanel({ id, back, onChanged }: Props) {
  const { data: endpoint, problem, reload } = useApi<CountedEndpoint>(`/v1/endpoints/${id}`);
  const statistics = useApi<{ data: readonly EndpointStatistics[] }>(`/v1/endpoints/statistics?ids=${id}&hours=24`);
  const [isEdited, setEdited] = useState(false);
  const refresh = (): void => {
    reload();
    statistics.reload();
  };
  useEvery(REFRESH_MS, refresh);
  const changed = (): void => {
    refresh();
    onChanged();
  };
  const title = endpoint === undefined ? 'Endpoint' : shortUrl(endpoint.url);
  if (endpoint === undefined) {
    return (
      <Panel title={title} back={back}>
        {problem === undefined ? <Loading /> : <Failed problem={problem} retry={reload} />}
      </Panel>
    );
  }
  if (isEdited) {
    return <EditEndpoint endpoint={endpoint} onChanged={changed} onClose={() => setEdited(false)} />;
  }
  const found = statistics.data?.data[0];
  const health = healthOf(endpoint, found);
  return (
    <Panel
      title={title}
      back={back}
      state={<HealthWord health={health} />}
      actions={<Actions endpoint={endpoint} back={back} onEdit={() => setEdited(true)} onChanged={changed} />}
    >
      {health.why !== '' && <Notice tone={NOTICES[health.tone] ?? 'info'}>{health.why}</Notice>}
      <Numbers endpoint={endpoint} statistics={found} />
      <Section title="Subscription">
        <Subscription endpoint={endpoint} />
      </Section>
      <Secrets endpoint={endpoint} onChanged={changed} />
      <LatestDeliveries endpointId={id} />
      <Replays endpoint={endpoint} />
    </Panel>
  );
}

/** Health that is explained, by how bad it is. */
const NOTICES: Readonly<Partial<Record<Tone, 'bad' | 'warn'>>> = { bad: 'bad', warn: 'warn' };

function HealthWord({ health: { tone, word, since } }: { readonly health: Health }) {
  return (
    <>
      <Status tone={tone}>{word}</Status>
      {since !== null && (
        <>
          {' since '}
          <Ago at={since} />
        </>
      )}
    </>
  );
}

interface ActionsProps extends Pick<Props, 'back' | 'onChanged'> {
  readonly endpoint: CountedEndpoint;
  readonly onEdit: () => void;
}

function Actions({ endpoint, back, onEdit, onChanged }: ActionsProps) {
  const [asked, setAsked] = useState<'test' | 'disable' | 'delete'>();
  const navigate = useNavigate();
  const enable = useAction(async () => {
    await api(`/v1/endpoints/${endpoint.id}`, { method: 'PATCH', body: { enabled: true } });
    onChanged();
  });
  const close = (): void => setAsked(undefined);
  if (!useMayChange()) return null;
  return (
    <>
      <Button onClick={() => setAsked('test')}>Test</Button>
      <Button onClick={onEdit}>Edit</Button>
      {endpoint.enabled ? (
        <Button onClick={() => setAsked('disable')}>Disable</Button>
      ) : (
        <Button kind="primary" isBusy={enable.isBusy} onClick={() => void enable.run()}>
          Enable
        </Button>
      )}
      <Button kind="danger" onClick={() => setAsked('delete')}>
        Delete
      </Button>
      {asked === 'test' && <TryOut endpoint={endpoint} onClose={close} />}
      {asked === 'disable' && <DisableEndpoint endpoint={endpoint} onChanged={onChanged} onClose={close} />}
      {asked === 'delete' && (
        <DeleteEndpoint
          endpoint={endpoint}
          onClose={close}
          onChanged={() => {
            onChanged();
            navigate(back);
          }}
        />
      )}
    </>
  );
}
