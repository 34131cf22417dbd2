import { useEffect, useState, useSyncExternalStore } from 'react';
import type { SetupView } from '../../setup/directory.js';
import { Loading } from '../ui/notice.js';
import { Choose } from './choose.js';
import { Connect } from './connect.js';
import { useDirectory, type Live } from './directory.js';
import { Done } from './done.js';
import { Frame } from './frame.js';
import { Check } from './check.js';
import { finishedSteps, nextStep, STEPS, type StepName } from './progress.js';
import { providerOf, wayOf } from './providers/all.js';
import type { Provider, Way } from './providers/provider.js';
import { useText } from './reading.js';
import { Refused } from './refused.js';
import { isOver } from './session.js';
import styles from './set-up.module.css';
import { StepList } from './step-list.js';
import { Try } from './try.js';

/** What each step knows, and how it goes on. */
export interface StepProps {
  readonly live: Live;
  readonly set: SetupView;
  readonly provider: Provider;
  readonly way: Way;
  readonly onWay: (id: string) => void;
  /** Made since the page was opened, and known to nobody else. */
  readonly secrets: Secrets;
  readonly go: (step: StepName) => void;
  readonly onLeave: () => void;
}

/** Tokens by their ids, as they were shown once. */
interface Secrets {
  readonly of: ReadonlyMap<string, string>;
  readonly add: (id: string, token: string) => void;
}

const SHOWS = { choose: Choose, connect: Connect, test: Try, map: Check, done: Done } as const;
const WAY = 'rollcall.setup.way';

interface Props {
  readonly onLeave: () => void;
  /** The session is over, or the link was withdrawn. */
  readonly onEnded: () => void;
}

/** The steps of one directory's set-up; the address says which one is shown. */
export function SetUp({ onLeave, onEnded }: Props) {
  const text = useText();
  const live = useDirectory();
  const { data: set, problem } = live;
  const [wayId, setWayId] = useState(() => sessionStorage.getItem(WAY) ?? undefined);
  const [tokens, setTokens] = useState<ReadonlyMap<string, string>>(new Map());
  const isEnded = problem !== undefined && isOver(problem);
  useEffect(() => {
    if (isEnded) onEnded();
  }, [isEnded, onEnded]);
  const shown = useStep(set);
  useEffect(() => {
    document.title = set === undefined ? text.loading : `${text.steps[shown]} · ${text.title(set.app.name)}`;
  }, [text, set, shown]);
  if (set === undefined) {
    return (
      <Frame>
        {problem ? <Refused problem={problem} retry={live.reload} /> : <Loading rows={4} text={text.loading} />}
      </Frame>
    );
  }
  const { directory, organization, app, progress } = set;
  const provider = providerOf(directory.provider ?? '');
  const Show = SHOWS[shown];
  const onWay = (id: string): void => {
    sessionStorage.setItem(WAY, id);
    setWayId(id);
  };
  const secrets = { of: tokens, add: (id: string, token: string) => setTokens((all) => new Map(all).set(id, token)) };
  const props = { live, set, provider, way: wayOf(provider, wayId), onWay, secrets, go, onLeave };
  return (
    <Frame brand={app} about={text.forWhom(organization.name, directory.name)}>
      <div className={styles.columns}>
        <StepList shown={shown} finished={finishedSteps(directory.provider, progress)} />
        <main className={styles.main}>
          <Show key={shown} {...props} />
        </main>
      </div>
    </Frame>
  );
}

const go = (step: StepName): void => void (location.hash = step);

const subscribe = (changed: () => void): (() => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** The step that the address names; without one, the first where there is something to do. Before a provider is chosen there is only one. */
function useStep(set: SetupView | undefined): StepName {
  const hash = useSyncExternalStore(subscribe, () => location.hash.slice(1));
  const named = STEPS.find((step) => step === hash);
  useEffect(() => {
    if (set !== undefined && named === undefined) {
      location.replace(`#${nextStep(set.directory.provider, set.progress)}`);
    }
  }, [set, named]);
  return set?.directory.provider == null ? 'choose' : (named ?? nextStep(set.directory.provider, set.progress));
}
