import { useState } from 'react';
import { api, type ApiProblem } from '../api.js';
import { Ago } from '../ui/ago.js';
import { Button } from '../ui/button.js';

import { problemFrom } from '../use-api.js';
import type { Token } from './directory.js';
import { useReading } from './reading.js';
import { Refused } from './refused.js';
import styles from './token-list.module.css';

interface Props {
  readonly tokens: readonly Token[];
  readonly onRevoked: () => void;
}

/** The live tokens, and a way to revoke each, which is asked about first. */
export function TokenList({ tokens, onRevoked }: Props) {
  const [asked, setAsked] = useState<string>();
  const [problem, setProblem] = useState<ApiProblem>();
  const revoke = (id: string): void => {
    api(`/setup/tokens/${id}`, { method: 'DELETE' })
      .then(onRevoked, (error: unknown) => setProblem(problemFrom(error)))
      .finally(() => setAsked(undefined));
  };
  return (
    <>
      <ul className={styles.list}>
        {tokens.map((token) => (
          <li key={token.id}>
            {token.id === asked ? (
              <Question token={token} onYes={() => revoke(token.id)} onNo={() => setAsked(undefined)} />
            ) : (
              <One token={token} onAsk={() => setAsked(token.id)} />
            )}
          </li>
        ))}
      </ul>
      {problem && <Refused problem={problem} />}
    </>
  );
}

function One({ token: { hint, lastUsedAt }, onAsk }: { readonly token: Token; readonly onAsk: () => void }) {
  const { language, text } = useReading();
  const { values } = text;
  return (
    <div className={styles.token}>
      <p>
        <code title={values.endsWith(hint)}>…{hint}</code>{' '}
        <span className={styles.dim}>
          {lastUsedAt === null ? (
            values.neverUsed
          ) : (
            <>
              {values.used} <Ago at={lastUsedAt} language={language} />
            </>
          )}
        </span>
      </p>
      <Button kind="quiet" aria-label={values.revokeNamed(hint)} onClick={onAsk}>
        {values.revoke}
      </Button>
    </div>
  );
}

interface QuestionProps {
  readonly token: Token;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

function Question({ token: { hint }, onYes, onNo }: QuestionProps) {
  const { text } = useReading();
  const { values } = text;
  return (
    <div className={styles.question} role="alert">
      <p>{values.sure(hint)}</p>
      <Button kind="danger" onClick={onYes} autoFocus>
        {values.revoke}
      </Button>
      <Button onClick={onNo}>{values.keep}</Button>
    </div>
  );
}
