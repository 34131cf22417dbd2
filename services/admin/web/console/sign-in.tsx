import { useState, type SyntheticEvent } from 'react';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import { problemFrom } from '../use-api.js';
import markUrl from '../ui/mark.svg';
import { signIn, type Session } from './session.js';
import styles from './sign-in.module.css';

/** Takes an admin key, and leaves a session in a cookie: the key itself is kept nowhere. */
export function SignIn({ onSession }: { readonly onSession: (session: Session) => void }) {
  const [key, setKey] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setBusy(true);
    signIn(key.trim())
      .then(onSession, (refused: unknown) => setError(problemFrom(refused).message))
      .finally(() => setBusy(false));
  };
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={submit}>
        <img src={markUrl} alt="" width="40" height="40" />
        <h1>Sign in to Rollcall</h1>
        <Field
          label="Admin key"
          type="password"
          autoComplete="current-password"
          isMono
          autoFocus
          required
          value={key}
          error={error}
          hint="The first start prints one; ROLLCALL_ADMIN_KEY sets it; POST /v1/admin-keys makes more."
          onChange={(event) => {
            setKey(event.target.value);
            setError(undefined);
          }}
        />
        <Button type="submit" kind="primary" isBusy={isBusy} disabled={key.trim() === ''}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
