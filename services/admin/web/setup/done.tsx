import { Button } from '../ui/button.js';
import { CopyButton } from '../ui/copy.js';
import styles from './done.module.css';
import { nameOf } from './explain.js';
import { count, useReading } from './reading.js';
import { Step } from './step.js';
import { Tick } from './step-list.js';
import type { StepProps } from './set-up.js';

/** What has been reached, what happens next, and whom to ask. */
export function Done({ set, provider, go, onLeave }: StepProps) {
  const { language, text } = useReading();
  const { done } = text;
  const { app, counts, directory } = set;
  const by = nameOf(provider, text);
  return (
    <Step
      title={done.title}
      intro={done.intro(by, app.name)}
      foot={
        <>
          <Button onClick={() => go('test')}>{text.back}</Button>
          <Button onClick={onLeave}>{done.leave}</Button>
        </>
      }
    >
      <p className={styles.counts}>
        <span className={styles.mark} aria-hidden="true">
          <Tick />
        </span>
        {done.counts(count(counts.users, language), count(counts.groups, language))}
      </p>
      <section>
        <h2>{done.next}</h2>
        <ul className={styles.points}>
          {done.points(by).map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </section>
      <section>
        <h2>{done.help}</h2>
        <p className={styles.help}>{done.helpText(app.name)}</p>
        <p className={styles.id}>
          <code>{directory.id}</code>
          <CopyButton text={directory.id} label={done.copyId} done={text.copied}>
            {text.copy}
          </CopyButton>
        </p>
      </section>
    </Step>
  );
}
