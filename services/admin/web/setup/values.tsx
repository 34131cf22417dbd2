import { useState } from 'react';
import { api, type ApiProblem } from '../api.js';
import { Button } from '../ui/button.js';
import { CopyButton } from '../ui/copy.js';

import { problemFrom } from '../use-api.js';
import { useReading, useText } from './reading.js';
import { Refused } from './refused.js';
import { TokenList } from './token-list.js';
import styles from './values.module.css';
import type { StepProps } from './set-up.js';

const LIVE_TOKENS_MAX = 2;

/** The two values that the provider is given: always in sight. */
export function Values({ live, set, way, secrets }: StepProps) {
  const text = useText();
  const { values } = text;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const { tokens, scimBaseUrl } = set;
  const shown = tokens.findLast(({ id }) => secrets.of.has(id));
  const secret = shown && secrets.of.get(shown.id);
  const make = (): void => {
    setBusy(true);
    setProblem(undefined);
    api<{ id: string; token: string }>('/setup/tokens', { method: 'POST', body: {} })
      .then(
        ({ id, token }) => {
          secrets.add(id, token);
          live.reload();
        },
        (error: unknown) => setProblem(problemFrom(error)),
      )
      .finally(() => setBusy(false));
  };
  const isFull = tokens.length >= LIVE_TOKENS_MAX;
  return (
    <section className={styles.values} aria-label={values.title}>
      <div className={styles.copies}>
        <Value name={values.baseUrl} into={way.baseUrlField} value={scimBaseUrl} label={values.copyBaseUrl} />
        {secret === undefined ? (
          <div className={styles.value}>
            <Name name={values.token} into={way.tokenField} />
            {isFull ? (
              <code className={styles.code}>{tokens.map(({ hint }) => `…${hint}`).join(', ')}</code>
            ) : (
              <div className={styles.row}>
                <Button kind={tokens.length === 0 ? 'primary' : 'plain'} isBusy={isBusy} onClick={make}>
                  {tokens.length === 0 ? values.create : values.rotate}
                </Button>
              </div>
            )}
          </div>
        ) : (
          <Value name={values.token} into={way.tokenField} value={secret} label={values.copyToken} />
        )}
      </div>
      <p className={styles.hint}>{hintOf(values, tokens.length, secret !== undefined)}</p>
      {problem && <Refused problem={problem} conflict={values.two} />}
      {tokens.length > 0 && <TokenList tokens={tokens} onRevoked={live.reload} />}
      {secret !== undefined && !isFull && (
        <div className={styles.more}>
          <Button kind="quiet" isBusy={isBusy} onClick={make}>
            {values.rotate}
          </Button>
        </div>
      )}
    </section>
  );
}

function hintOf(values: ReturnType<typeof useText>['values'], live: number, isShown: boolean): string {
  if (isShown) return values.onlyOnce;
  if (live === 0) return values.none;
  return live < LIVE_TOKENS_MAX ? values.rotation : values.two;
}

interface ValueProps {
  readonly name: string;
  /** The provider's field for it. */
  readonly into: string;
  readonly value: string;
  /** Of the button. */
  readonly label: string;
}

function Value({ name, into, value, label }: ValueProps) {
  const text = useText();
  return (
    <div className={styles.value}>
      <Name name={name} into={into} />
      <div className={styles.row}>
        <code className={styles.code} title={value} tabIndex={0}>
          {value}
        </code>
        <CopyButton text={value} label={label} done={text.copied}>
          {text.copy}
        </CopyButton>
      </div>
    </div>
  );
}

function Name({ name, into }: Pick<ValueProps, 'name' | 'into'>) {
  const { text } = useReading();
  return (
    <p className={styles.name}>
      <strong>{name}</strong> <span>{text.values.baseUrlGoesInto(into)}</span>
    </p>
  );
}
