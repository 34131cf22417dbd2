import { useState } from 'react';
import { api } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Confirm } from '../../ui/confirm.js';
import { CopyLine } from '../../ui/copy-line.js';
import { Failed } from '../../ui/notice.js';
import { Status, type Tone } from '../../ui/status.js';
import { useAction } from '../../use-action.js';
import { usePages } from '../../use-api.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { SetupLink } from '../shapes.js';
import styles from './directories.module.css';

interface NewProps {
  readonly directoryId: string;
  readonly onMade?: () => void;
}

/** Makes a link for the customer's admin, and shows it this once. */
export function NewSetupLink({ directoryId, onMade }: NewProps) {
  const [made, setMade] = useState<SetupLink & { readonly url: string }>();
  const { run, isBusy, problem } = useAction(async () => {
    setMade(await api(`/v1/directories/${directoryId}/setup-links`, { method: 'POST', body: {} }));
    onMade?.();
  });
  if (made !== undefined) {
    const hint = (
      <>
        Send it to their IT admin alone: it opens once, until <Ago at={made.expiresAt} />, and is not shown again.
      </>
    );
    return <CopyLine label="Set-up link" value={made.url} hint={hint} />;
  }
  return (
    <>
      <p>
        A set-up link leads the customer’s admin through the steps of their provider, for this directory alone; it needs
        no account.
      </p>
      {problem && <Failed problem={problem} />}
      <div className={styles.row}>
        <Button kind="primary" isBusy={isBusy} onClick={() => void run()}>
          Make a set-up link
        </Button>
      </div>
    </>
  );
}

const WORDS: Readonly<Record<SetupLink['state'], readonly [Tone, string]>> = {
  unopened: ['good', 'Not opened yet'],
  open: ['busy', 'In use'],
  over: ['idle', 'Over'],
};

/** The links of a directory: those that can still be used, to be revoked. */
export function SetupLinks({ directoryId }: { readonly directoryId: string }) {
  const mayChange = useMayChange();
  const { data, problem, reload } = usePages<SetupLink>(`/v1/directories/${directoryId}/setup-links`);
  const [revoked, setRevoked] = useState<SetupLink>();
  return (
    <Section title="Set-up links">
      {problem && <Failed problem={problem} retry={reload} />}
      {data !== undefined && data.length > 0 && (
        <ul className={styles.list}>
          {data.map((link) => (
            <li key={link.id}>
              <Status tone={WORDS[link.state][0]}>{WORDS[link.state][1]}</Status>
              <span className={styles.none}>
                made <Ago at={link.createdAt} />
                {link.state === 'unopened' && (
                  <>
                    , until <Ago at={link.expiresAt} />
                  </>
                )}
                {link.revokedAt !== null && (
                  <>
                    , revoked <Ago at={link.revokedAt} />
                  </>
                )}
              </span>
              {mayChange && link.state !== 'over' && (
                <Button kind="danger" className={styles.pushed} onClick={() => setRevoked(link)}>
                  Revoke
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayChange && <NewSetupLink directoryId={directoryId} onMade={reload} />}
      {revoked && (
        <Confirm
          title="Revoke the set-up link?"
          action="Revoke the link"
          isDanger
          onClose={() => setRevoked(undefined)}
          onConfirm={async () => {
            await api(`/v1/directories/${directoryId}/setup-links/${revoked.id}`, { method: 'DELETE' });
            reload();
          }}
        >
          <p>
            Nobody can open it any more
            {revoked.state === 'open' ? ', and whoever has it open is signed out at once' : ''}. Tokens that were made
            with it stay.
          </p>
        </Confirm>
      )}
    </Section>
  );
}
