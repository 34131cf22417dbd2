import { useEffect, useMemo, useState } from 'react';
import type { ApiProblem } from '../api.js';
import { Loading } from '../ui/notice.js';
import { problemFrom } from '../use-api.js';
import { Ended, type Ending } from './ended.js';
import { Frame } from './frame.js';
import { firstLanguage, ReadingProvider, readingIn, useText } from './reading.js';
import { Refused } from './refused.js';
import { endSession, type Opening } from './session.js';
import { SetUp } from './set-up.js';

/** A session or none; then the set-up of its directory. */
export function App({ opening }: { readonly opening: Promise<Opening> }) {
  const [language, setLanguage] = useState(firstLanguage);
  const reading = useMemo(() => readingIn(language, setLanguage), [language]);
  const [state, setState] = useState<'opening' | Opening | 'left' | ApiProblem>('opening');
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    opening.then(setState, (error: unknown) => setState(problemFrom(error)));
  }, [opening]);
  const leave = (): void => void endSession().finally(() => setState('left'));
  return (
    <ReadingProvider value={reading}>
      {state === 'open' ? (
        <SetUp onLeave={leave} onEnded={() => setState('used')} />
      ) : (
        <Frame>
          <NotOpen state={state} />
        </Frame>
      )}
    </ReadingProvider>
  );
}

function NotOpen({ state }: { readonly state: 'opening' | Ending | ApiProblem }) {
  const { loading } = useText();
  if (state === 'opening') return <Loading rows={4} text={loading} />;
  if (typeof state === 'string') return <Ended ending={state} />;
  return <Refused problem={state} retry={() => location.reload()} />;
}
