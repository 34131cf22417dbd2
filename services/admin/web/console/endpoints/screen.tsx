import type { ReactNode } from 'react';
import { useMayChange } from '../session.js';
import { Split, ScreenHead } from '../split.js';
import { Link, match, useNavigate, usePlace, useQuery, useSearch } from '../router.js';
import { Button } from '../../ui/button.js';
import { Empty } from '../../ui/notice.js';
import { useEvery, usePages } from '../../use-api.js';
import { pathWith } from '../../api.js';
import { Picker } from '../picker.js';
import { EndpointPanel } from './detail.js';
import { NewEndpoint } from './new.js';
import { EndpointTable } from './table.js';
import type { Endpoint } from './shapes.js';

const REFRESH_MS = 15_000;

/** Every endpoint with its health; one of them, or a new one, beside the list. */
export function Endpoints() {
  const { path } = usePlace();
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const [organizationId, setOrganization] = useQuery('organizationId');
  const list = usePages<Endpoint>(pathWith('/v1/endpoints', { organizationId }));
  useEvery(REFRESH_MS, list.refresh);
  const search = useSearch();
  const chosen = match('/endpoints/:id', path)?.['id'];
  const back = `/endpoints${search}`;
  const isEmpty = organizationId === '' && list.data?.length === 0;
  const add = mayChange && (
    <Button kind="primary" onClick={() => navigate(`/endpoints/new${search}`)}>
      New endpoint
    </Button>
  );
  return (
    <Split
      detail={
        chosen &&
        (chosen === 'new' ? (
          <NewEndpoint back={back} onMade={list.reload} />
        ) : (
          <EndpointPanel key={chosen} id={chosen} back={back} onChanged={list.reload} />
        ))
      }
    >
      <ScreenHead
        title="Endpoints"
        actions={!isEmpty && add}
        filters={
          <Picker
            kind="organizations"
            label="Organization"
            value={organizationId}
            onChange={setOrganization}
            isFilter
          />
        }
      />
      <EndpointTable
        list={list}
        chosen={chosen}
        search={search}
        empty={<NoEndpoints isFiltered={organizationId !== ''}>{add}</NoEndpoints>}
      />
    </Split>
  );
}

function NoEndpoints({ isFiltered, children }: { readonly isFiltered: boolean; readonly children: ReactNode }) {
  if (isFiltered) {
    return (
      <Empty title="No endpoint of that organization alone">
        <p>
          Endpoints of every organization may be told of it too: <Link to="/endpoints">look at all of them</Link>.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No endpoint yet">
      <p>
        An endpoint is where your application receives events: a URL with a signing secret. To watch events without one:
      </p>
      <code>rollcall listen</code>
      {children}
    </Empty>
  );
}
