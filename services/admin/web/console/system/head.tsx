import type { ReactNode } from 'react';
import { usePlace } from '../router.js';
import { useSession } from '../session.js';
import { ScreenHead } from '../split.js';
import { Views } from '../views.js';

/** The screen's name with its views. Keys are the matter of those who reach every organization. */
export function SystemHead({ actions, filters }: { readonly actions?: ReactNode; readonly filters?: ReactNode }) {
  const { path } = usePlace();
  const { organizationId } = useSession();
  const views = [
    { name: 'Overview', to: '/system' },
    ...(organizationId === null ? [{ name: 'Admin keys', to: '/system/keys' }] : []),
    { name: 'Audit log', to: '/system/audit' },
    { name: 'Erasures', to: '/system/erasures' },
  ];
  const isChosen = (to: string): boolean => (to === '/system' ? path === to : path.startsWith(to));
  return (
    <ScreenHead
      title="System"
      views={<Views label="Views" views={views.map(({ name, to }) => ({ name, to, isChosen: isChosen(to) }))} />}
      actions={actions}
      filters={filters}
    />
  );
}
