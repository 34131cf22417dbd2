import { Status } from '../ui/status.js';
import { isOfConnection, openProblems } from './diagnose.js';
import { Explained } from './explained.js';
import { useText } from './reading.js';
import styles from './standing.module.css';
import type { StepProps } from './set-up.js';

/** Whether the provider has reached us with the right token, as it happens. */
export function Standing({ live, set, provider, way }: StepProps) {
  const { connect, test } = useText();
  const isReached = set.progress.tokenAcceptedAt !== null;
  const open = openProblems(live.requests).filter(({ problem }) => isOfConnection(problem));
  return (
    <section className={styles.standing} data-state={isReached ? 'good' : open.length > 0 ? 'bad' : 'waiting'}>
      <p role="status">
        {isReached ? (
          <Status tone="good">{connect.reached}</Status>
        ) : open.length > 0 ? (
          <Status tone="bad">{connect.refused}</Status>
        ) : (
          <Status tone="busy">{connect.waiting}</Status>
        )}
      </p>
      {!isReached && open.length === 0 && (
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
