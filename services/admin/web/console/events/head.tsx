import type { ReactNode } from 'react';
import { usePlace, useQuery } from '../router.js';
import { ScreenHead } from '../split.js';
import { Views } from '../views.js';

/** Filters that both views have. */
const SHARED = ['directoryId', 'resourceId', 'last', 'since', 'until'];

/** The screen's name with its views; the filters that both have go along. */
export function EventsHead({ actions, filters }: { readonly actions?: ReactNode; readonly filters: ReactNode }) {
  const { path, query } = usePlace();
  const [status] = useQuery('status');
  const isDeliveries = path.startsWith('/deliveries');
  const to = (base: string, more: Readonly<Record<string, string>> = {}): string => {
    const shared = [...query].filter(([name]) => SHARED.includes(name));
    const search = new URLSearchParams([...shared, ...Object.entries(more)]).toString();
    return search === '' ? base : `${base}?${search}`;
  };
  return (
    <ScreenHead
      title="Events & deliveries"
      views={
        <Views
          label="Views"
          views={[
            { name: 'Events', to: to('/events'), isChosen: !isDeliveries },
            { name: 'Deliveries', to: to('/deliveries'), isChosen: isDeliveries && status !== 'parked' },
            {
              name: 'Parked',
              to: to('/deliveries', { status: 'parked' }),
              isChosen: isDeliveries && status === 'parked',
            },
          ]}
        />
      }
      actions={actions}
      filters={filters}
    />
  );
}
