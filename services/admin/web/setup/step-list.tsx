import { classes } from '../ui/classes.js';
import { STEPS, type StepName } from './progress.js';
import { useText } from './reading.js';
import styles from './step-list.module.css';

interface Props {
  readonly shown: StepName;
  readonly finished: Readonly<Record<StepName, boolean>>;
}

/** Where one is, and what is done: at the left; above where the page is narrow. */
export function StepList({ shown, finished }: Props) {
  const text = useText();
  const at = STEPS.indexOf(shown);
  return (
    <nav className={styles.nav} aria-label={text.progress}>
      <p className={styles.short} aria-hidden="true">
        {text.stepOf(at + 1, STEPS.length)} · <strong>{text.steps[shown]}</strong>
      </p>
      <ol className={styles.steps}>
        {STEPS.map((step, index) => (
          <li key={step} className={classes(styles.step, finished[step] && styles.finished)}>
            <a
              href={finished.choose ? `#${step}` : undefined}
              aria-current={step === shown ? 'step' : undefined}
              className={classes(step === shown && styles.shown)}
            >
              <span className={styles.mark} aria-hidden="true">
                {finished[step] ? <Tick /> : index + 1}
              </span>
              <span className={styles.name}>{text.steps[step]}</span>
              {finished[step] && <span className="unseen">({text.isDone})</span>}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

export const Tick = () => (
  <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
    <path d="M3 8.5l3.2 3.2L13 5" fill="none" stroke="currentcolor" strokeWidth="2.2" strokeLinecap="round" />
  </svg>
);
