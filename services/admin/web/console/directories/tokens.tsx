import { useState } from 'react';
import { api } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Confirm } from '../../ui/confirm.js';
import { CopyLine } from '../../ui/copy-line.js';
import { Failed } from '../../ui/notice.js';
import { Secret } from '../../ui/secret.js';
import { useAction } from '../../use-action.js';
import { useEvery, usePages } from '../../use-api.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { Directory, Token } from '../shapes.js';
import styles from './directories.module.css';

/** So that a token can be replaced without a pause. */
const LIVE_MAX = 2;
const REFRESH_MS = 10_000;

/** The tokens that open a directory: rotated by making the next one, and revoking the old one when the next was used. */
export function Tokens({ directory }: { readonly directory: Directory }) {
  const mayChange = useMayChange();
  const path = `/v1/directories/${directory.id}/tokens`;
  const { data, problem, reload } = usePages<Token>(path, 100);
  useEvery(REFRESH_MS, reload);
  const [made, setMade] = useState<string>();
  const [revoked, setRevoked] = useState<Token>();
  const rotate = useAction(async () => {
    const { token } = await api<{ token: string }>(path, { method: 'POST', body: {} });
    setMade(token);
    reload();
  });
  const live = data?.filter(isLive) ?? [];
  return (
    <Section
      title="Tokens"
      action={
        mayChange && (
          <Button isBusy={rotate.isBusy} disabled={live.length >= LIVE_MAX} onClick={() => void rotate.run()}>
            {live.length === 0 ? 'Make a token' : 'Rotate: make the next one'}
          </Button>
        )
      }
    >
      <CopyLine label="SCIM base URL" value={directory.scimBaseUrl} />
      {problem && <Failed problem={problem} retry={reload} />}
      {rotate.problem && <Failed problem={rotate.problem} />}
      {made !== undefined && <Secret name="bearer token" value={made} />}
      <LiveTokens tokens={live} onRevoke={mayChange ? setRevoked : undefined} />
      {data !== undefined && <p className={styles.none}>{adviceOn(live)}</p>}
      {revoked && (
        <Confirm
          title={`Revoke the token …${revoked.hint}?`}
          action="Revoke the token"
          isDanger
          onClose={() => setRevoked(undefined)}
          onConfirm={async () => {
            await api(`${path}/${revoked.id}`, { method: 'DELETE' });
            reload();
          }}
        >
          <p>
            Within 5 seconds, {directory.name} is refused with it everywhere.{' '}
            {live.length === 1 && 'It is the last one: nothing is provisioned until another one is in place.'}
          </p>
        </Confirm>
      )}
    </Section>
  );
}

interface LiveProps {
  readonly tokens: readonly Token[];
  /** Undefined: this key may not. */
  readonly onRevoke: ((token: Token) => void) | undefined;
}

function LiveTokens({ tokens, onRevoke }: LiveProps) {
  if (tokens.length === 0) return null;
  return (
    <ul className={styles.list}>
      {tokens.map((token) => (
        <li key={token.id}>
          <code>…{token.hint}</code>
          <span className={styles.none}>
            {token.lastUsedAt === null ? 'not used yet' : <When word="used" at={token.lastUsedAt} />},{' '}
            <When word="made" at={token.createdAt} />
            {token.expiresAt !== null && (
              <>
                , <When word="expires" at={token.expiresAt} />
              </>
            )}
          </span>
          {onRevoke && (
            <Button kind="danger" className={styles.pushed} onClick={() => onRevoke(token)}>
              Revoke
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

const When = ({ word, at }: { readonly word: string; readonly at: string }) => (
  <>
    {word} <Ago at={at} />
  </>
);

const isLive = ({ revokedAt, expiresAt }: Token): boolean =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());

function adviceOn(live: readonly Token[]): string {
  if (live.length === 0) return 'No token opens the directory.';
  if (live.length < LIVE_MAX)
    return 'To rotate, make the next one, put it into the identity provider, then revoke the old one.';
  return 'Two tokens are live. Revoke the old one when the new one was used.';
}
