import { Status } from '../ui/status.js';
import { isOfConnection, openProblems } from './diagnose.js';
import { Explained } from './explained.js';
import { useText } from './reading.js';
import styles from './standing.module.css';
import type { StepProps } from './set-up.js';

const SAID = { bad: 'refused', good: 'reached', busy: 'waiting' } as const;

/** Whether the provider has reached us with the right token, as it happens. */
export function Standing({ live, set, provider, way }: StepProps) {
  const { connect, test } = useText();
  const isReached = set.progress.tokenAcceptedAt !== null;
  const open = openProblems(live.requests, set.progress).filter(({ problem }) => isOfConnection(problem));
  const state = open.length > 0 ? 'bad' : isReached ? 'good' : 'busy';
  return (
    <section className={styles.standing} data-state={state}>
      <p role="status">
        <Status tone={state}>{connect[SAID[state]]}</Status>
      </p>
      {state === 'busy' && (
        <>
          <p className={styles.hint}>{connect.waitingHint}</p>
          <p className={styles.hint}>{connect.nothingYet}</p>
        </>
      )}
      {open.map(({ request }) => (
        <Explained key={request.id} request={request} provider={provider} way={way} />
      ))}
      {live.liveness === 'lost' && <p className={styles.hint}>{test.lost}</p>}
    </section>
  );
}
