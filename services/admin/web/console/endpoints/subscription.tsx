import { Ago } from '../../ui/ago.js';
import { Facts } from '../../ui/facts.js';
import { ShortId } from '../../ui/short-id.js';
import { Name } from '../names.js';
import { Link } from '../router.js';
import { subscribedTo } from './health.js';
import { ORDERINGS, PAYLOADS } from './choices.js';
import type { Endpoint } from './shapes.js';

/** What the endpoint is told of, and how. */
export function Subscription({ endpoint }: { readonly endpoint: Endpoint }) {
  const { url, description, filter, payload, ordering, rateLimit, headerNames } = endpoint;
  return (
    <Facts
      facts={[
        ['URL', <code key="url">{url}</code>],
        description === '' ? undefined : ['Description', description],
        ['Of', <Scope key="scope" endpoint={endpoint} />],
        ['Events', subscribedTo(endpoint)],
        ['Filter', filter === null ? 'none' : <code key="filter">{filter}</code>],
        ['Payload', PAYLOADS[payload]],
        ['Order', ORDERINGS[ordering]],
        ['Rate limit', rateLimit === null ? 'none' : `${rateLimit.perSecond} requests per second`],
        ['Own headers', headerNames.length === 0 ? 'none' : <code key="names">{headerNames.join(', ')}</code>],
        ['Created', <Ago key="created" at={endpoint.createdAt} />],
        ['Id', <ShortId key="id" id={endpoint.id} />],
      ]}
    />
  );
}

function Scope({ endpoint: { organizationId, directoryId } }: { readonly endpoint: Endpoint }) {
  if (organizationId === null) return 'every organization';
  return (
    <>
      <Name kind="organizations" id={organizationId} />
      {directoryId !== null && (
        <>
          {' · '}
          <Link to={`/directories/${directoryId}`}>
            <Name kind="directories" id={directoryId} />
          </Link>
        </>
      )}
    </>
  );
}
