import { api } from '../../api.js';
import { Confirm } from '../../ui/confirm.js';
import { shortUrl } from '../names.js';
import type { CountedEndpoint } from './shapes.js';

interface Props {
  readonly endpoint: CountedEndpoint;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function DisableEndpoint({ endpoint, onChanged, onClose }: Props) {
  return (
    <Confirm
      title="Disable the endpoint?"
      action="Disable"
      onConfirm={async () => {
        await api(`/v1/endpoints/${endpoint.id}`, { method: 'PATCH', body: { enabled: false } });
        onChanged();
      }}
      onClose={onClose}
    >
      <p>
        <strong>{shortUrl(endpoint.url)}</strong> gets no requests until it is enabled. {waiting(endpoint)} Nothing is
        lost: they go on in order.
      </p>
    </Confirm>
  );
}

export function DeleteEndpoint({ endpoint, onChanged, onClose }: Props) {
  return (
    <Confirm
      title="Delete the endpoint?"
      action="Delete the endpoint"
      isDanger
      onConfirm={async () => {
        await api(`/v1/endpoints/${endpoint.id}`, { method: 'DELETE' });
        onChanged();
      }}
      onClose={onClose}
    >
      <p>
        <strong>{shortUrl(endpoint.url)}</strong> is deleted with its signing secrets. {canceled(endpoint)} This cannot
        be taken back. To have it rest for a while, disable it instead.
      </p>
    </Confirm>
  );
}

const OVER = ['delivered', 'canceled'];

/** Deliveries that are not over. */
export const unfinished = ({ deliveries }: CountedEndpoint): number =>
  Object.entries(deliveries).reduce((sum, [status, count]) => sum + (OVER.includes(status) ? 0 : count), 0);

const waiting = (endpoint: CountedEndpoint): string => `${deliveries(unfinished(endpoint))} and all new ones are held.`;

const canceled = (endpoint: CountedEndpoint): string => {
  const count = unfinished(endpoint);
  return count === 0 ? 'No delivery waits for it.' : `${deliveries(count)} that wait for it are canceled.`;
};

const deliveries = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'delivery' : 'deliveries'}`;
