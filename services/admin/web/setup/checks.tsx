import type { SetupView } from '../../setup/directory.js';
import { classes } from '../ui/classes.js';
import styles from './checks.module.css';
import type { Live } from './directory.js';
import { checksOf } from './progress.js';
import { count, useReading } from './reading.js';
import { Tick } from './step-list.js';

interface Props {
  readonly live: Live;
  readonly set: SetupView;
}

/** What has arrived, ticked off as it does. */
export function Checks({ live, set }: Props) {
  const { language, text } = useReading();
  const { users, groups } = set.counts;
  const figures = { user: users, group: groups } as Readonly<Record<string, number>>;
  return (
    <section className={styles.checks} aria-labelledby="checks">
      <h2 id="checks">{text.test.checks}</h2>
      <ul aria-live="polite">
        {checksOf(set.progress, live.requests).map(({ name, state, isOptional }) => (
          <li key={name} className={classes(styles.check, styles[state])}>
            <span className={styles.mark} aria-hidden="true">
              {state === 'done' ? <Tick /> : state === 'failing' ? '!' : ''}
            </span>
            <span className={styles.name}>
              {text.test[name]}
              <span className={styles.note}>
                {state === 'done'
                  ? figures[name] !== undefined && text.test.users(count(figures[name], language))
                  : state === 'failing'
                    ? text.test.state.failing
                    : isOptional
                      ? text.test.optional
                      : text.test.state.waiting}
              </span>
              {state === 'done' && <span className="unseen">: {text.test.state.done}</span>}
            </span>
          </li>
        ))}
      </ul>
      {live.liveness === 'lost' && <p className={styles.lost}>{text.test.lost}</p>}
    </section>
  );
}
