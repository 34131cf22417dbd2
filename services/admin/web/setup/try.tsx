import { Button } from '../ui/button.js';
import { isOfConnection, openProblems } from './diagnose.js';
import { Checks } from './checks.js';
import { Explained } from './explained.js';
import { useText } from './reading.js';
import { RequestFeed } from './request-feed.js';
import { Step } from './step.js';
import { Steps } from './steps.js';
import styles from './try.module.css';
import { Values } from './values.js';
import type { StepProps } from './set-up.js';

/** One person and one group, sent as a trial: what has arrived, and what to mend. */
export function Try(props: StepProps) {
  const text = useText();
  const { live, set, provider, way, go } = props;
  const open = openProblems(live.requests, set.progress);
  const isTried = set.progress.firstUserAt !== null;
  return (
    <Step
      title={text.test.title}
      intro={text.test.intro}
      aside={
        <>
          <Checks live={live} set={set} />
          {open.some(({ problem }) => isOfConnection(problem)) && <Values {...props} />}
        </>
      }
      foot={
        <>
          <Button onClick={() => go('connect')}>{text.back}</Button>
          <Button kind={isTried ? 'primary' : 'plain'} onClick={() => go('map')}>
            {isTried ? text.next : text.test.skip}
          </Button>
        </>
      }
    >
      {open.length > 0 && (
        <section className={styles.part} aria-labelledby="problems">
          <h2 id="problems">{text.test.problems}</h2>
          {open.map(({ request }) => (
            <Explained key={request.id} request={request} provider={provider} way={way} />
          ))}
        </section>
      )}
      <Steps steps={way.test} />
      <RequestFeed live={live} />
    </Step>
  );
}
