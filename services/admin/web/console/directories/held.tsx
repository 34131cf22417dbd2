import { useState } from 'react';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Empty, Notice } from '../../ui/notice.js';
import type { Column } from '../../ui/table.js';
import { usePages } from '../../use-api.js';
import { summaryOf } from '../event-summary.js';
import { List } from '../list.js';
import { Link } from '../router.js';
import { useMayChange } from '../session.js';
import type { Directory, HeldEvent } from '../shapes.js';
import type { ViewProps } from './directory.js';
import styles from './directories.module.css';
import { EndHold } from './end-hold.js';

/** What the deletion guard holds back, to be released or discarded as a whole. */
export function Held({ directory, head, base, reload }: ViewProps) {
  const list = usePages<HeldEvent>(`/v1${base}/held`);
  const [ending, setEnding] = useState<'release' | 'discard'>();
  const again = (): void => {
    reload();
    list.reload();
  };
  return (
    <>
      {head()}
      {directory.hold !== null && <WhatIsHeld hold={directory.hold} onEnd={setEnding} />}
      <List
        label="Held changes, in their order"
        list={list}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={directory.hold === null && <NothingHeld directory={directory} base={base} />}
      />
      {ending && (
        <EndHold
          directory={directory}
          way={ending}
          onClose={() => {
            setEnding(undefined);
            again();
          }}
        />
      )}
    </>
  );
}

type Hold = NonNullable<Directory['hold']>;

interface WhatProps {
  readonly hold: Hold;
  readonly onEnd: (way: 'release' | 'discard') => void;
}

function WhatIsHeld({ hold, onEnd }: WhatProps) {
  const mayChange = useMayChange();
  const { events, since, limit, maximum, counted } = hold;
  const threshold = limit === 'maxUsers' ? `${maximum.toLocaleString('en')} users` : `${maximum} % of the users`;
  return (
    <div className={styles.page}>
      <Notice tone="warn">
        <p>
          <strong>{events.toLocaleString('en')} changes are held back</strong>, since <Ago at={since} />.
        </p>
        <p>
          The identity provider has removed {counted.toLocaleString('en')} users in one window; {threshold} may pass. In
          the directory the removals are done. No endpoint is told of them, nor of later changes of the same users and
          groups, until you decide: release them if the removal is meant; discard them if it is not, and have the
          provider send its users again.
        </p>
        {mayChange && (
          <div className={styles.row}>
            <Button kind="primary" onClick={() => onEnd('release')}>
              Release…
            </Button>
            <Button kind="danger" onClick={() => onEnd('discard')}>
              Discard…
            </Button>
          </div>
        )}
      </Notice>
    </div>
  );
}

const COLUMNS: readonly Column<HeldEvent>[] = [
  { name: 'Event', show: ({ type }) => <strong className={styles.strong}>{type}</strong> },
  { name: 'About', show: summaryOf },
  { name: 'Held since', show: ({ heldAt }) => <Ago at={heldAt} /> },
];

function NothingHeld({ directory: { deletionGuard }, base }: { readonly directory: Directory; readonly base: string }) {
  return (
    <Empty title="Nothing is held back">
      <p>
        {deletionGuard === null
          ? 'The directory has no deletion guard: when an identity provider removes many users at once, endpoints are told at once.'
          : 'When more users are removed at once than the deletion guard lets pass, they are held here until you decide.'}
      </p>
      <Link to={`${base}/settings`}>{deletionGuard === null ? 'Set a limit' : 'Change its limit'}</Link>
    </Empty>
  );
}
