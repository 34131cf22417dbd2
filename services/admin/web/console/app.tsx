import { Suspense, useEffect, useMemo, useState } from 'react';
import { Failed, Loading } from '../ui/notice.js';
import { problemFrom } from '../use-api.js';
import type { ApiProblem } from '../api.js';
import styles from './app.module.css';
import { Help } from './help.js';
import { goToRow, useKeys } from './keyboard.js';
import { Rail } from './rail.js';
import { navigate, PlaceProvider, useAddress } from './router.js';
import { SCREENS } from './screens.js';
import { currentSession, SessionContext, type Session } from './session.js';
import { SignIn } from './sign-in.js';

/** Signed in or not; then the rail and one screen. */
export function App() {
  const [session, setSession] = useState<Session | 'none'>();
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => {
    currentSession().then(setSession, (error: unknown) => {
      const refusal = problemFrom(error);
      if (refusal.status === 401) setSession('none');
      else setProblem(refusal);
    });
  }, []);
  if (problem !== undefined) return <Failed problem={problem} retry={() => location.reload()} />;
  if (session === undefined) return <Loading />;
  if (session === 'none') return <SignIn onSession={setSession} />;
  return (
    <SessionContext value={session}>
      <SignedIn onSignedOut={() => setSession('none')} />
    </SessionContext>
  );
}

function SignedIn({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const place = useAddress();
  const screen = SCREENS.find(({ path, also = path }) => isWithin(place.path, path) || isWithin(place.path, also));
  const [isHelping, setHelping] = useState(false);
  const keys = useMemo(
    () => ({
      ...Object.fromEntries(SCREENS.map(({ keys, path }) => [keys, () => navigate(path)])),
      '/': () => document.querySelector<HTMLInputElement>('[role="search"] input')?.focus(),
      '?': () => setHelping(true),
      j: () => goToRow(1),
      k: () => goToRow(-1),
    }),
    [],
  );
  useKeys(keys);
  useEffect(() => {
    if (screen === undefined && SCREENS[0] !== undefined) navigate(SCREENS[0].path, { replace: true });
    document.title = screen === undefined ? 'Rollcall' : `${screen.name} · Rollcall`;
  }, [screen]);
  return (
    <PlaceProvider value={place}>
      <div className={styles.layout}>
        <a className={styles.skip} href="#main">
          To the content
        </a>
        <Rail chosen={screen?.path} onHelp={() => setHelping(true)} onSignedOut={onSignedOut} />
        <main id="main" className={styles.main} tabIndex={-1}>
          <Suspense fallback={<Loading />}>{screen && <screen.show />}</Suspense>
        </main>
        {isHelping && <Help onClose={() => setHelping(false)} />}
      </div>
    </PlaceProvider>
  );
}

const isWithin = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);
