import { useState } from 'react';
import { api } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Confirm } from '../../ui/confirm.js';
import { Empty } from '../../ui/notice.js';
import { Status } from '../../ui/status.js';
import { usePages } from '../../use-api.js';
import { List } from '../list.js';
import { Name } from '../names.js';
import { useMayChange } from '../session.js';
import { SystemHead } from './head.js';
import { NewKey } from './new-key.js';
import type { AdminKey } from './shapes.js';

/** Who may use the management API, and sign in here. */
export function Keys() {
  const list = usePages<AdminKey>('/v1/admin-keys');
  const mayChange = useMayChange();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<AdminKey>();
  const revoke = {
    name: 'Revoke',
    isFigure: true,
    show: (key: AdminKey) => (
      <Button kind="danger" onClick={() => setRevoked(key)} aria-label={`Revoke ${key.name}`}>
        Revoke…
      </Button>
    ),
  };
  return (
    <>
      <SystemHead
        actions={
          mayChange && (
            <Button kind="primary" onClick={() => setMaking(true)}>
              New key
            </Button>
          )
        }
      />
      <List
        list={list}
        label="Admin keys"
        columns={mayChange ? [...COLUMNS, revoke] : COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No key was made here">
            <p>
              The key of the configuration is in use. Make one for each program and person, with no more than it needs.
            </p>
          </Empty>
        }
      />
      {isMaking && <NewKey onMade={list.reload} onClose={() => setMaking(false)} />}
      {revoked && <Revocation of={revoked} onDone={list.reload} onClose={() => setRevoked(undefined)} />}
    </>
  );
}

interface RevocationProps {
  readonly of: AdminKey;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function Revocation({ of: { id, name }, onDone, onClose }: RevocationProps) {
  return (
    <Confirm
      title="Revoke the key?"
      action="Revoke the key"
      isDanger
      onConfirm={async () => {
        await api(`/v1/admin-keys/${id}`, { method: 'DELETE' });
        onDone();
      }}
      onClose={onClose}
    >
      <p>
        <strong>{name}</strong> is refused at once, and whoever is signed in with it is signed out. This cannot be taken
        back.
      </p>
    </Confirm>
  );
}

const COLUMNS = [
  { name: 'Name', show: ({ name }: AdminKey) => <strong>{name}</strong> },
  { name: 'Ends with', isExtra: true, show: ({ hint }: AdminKey) => <code>…{hint}</code> },
  { name: 'May', isExtra: true, show: ({ scopes }: AdminKey) => scopes.join(' and ') },
  {
    name: 'Reaches',
    isExtra: true,
    show: ({ organizationId }: AdminKey) =>
      organizationId === null ? 'every organization' : <Name kind="organizations" id={organizationId} />,
  },
  {
    name: 'Expires',
    isExtra: true,
    show: ({ expiresAt }: AdminKey) => (expiresAt === null ? 'never' : <Expiry at={expiresAt} />),
  },
  {
    name: 'Last used',
    isFigure: true,
    show: ({ lastUsedAt }: AdminKey) => (lastUsedAt === null ? 'never' : <Ago at={lastUsedAt} />),
  },
];

function Expiry({ at }: { readonly at: string }) {
  const isOver = Date.parse(at) <= Date.now();
  return isOver ? <Status tone="idle">Expired</Status> : <Ago at={at} />;
}
