import { Sketch } from './picture.js';
import type { Step } from './providers/provider.js';
import { Marked, useReading } from './reading.js';
import styles from './steps.module.css';

/** What to do at the provider, one after the other. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  const { language } = useReading();
  return (
    <ol className={styles.steps}>
      {steps.map(({ title, text, picture }, index) => (
        <li key={title.en} className={styles.step}>
          <span className={styles.number} aria-hidden="true">
            {index + 1}
          </span>
          <div className={styles.body}>
            <h2>{title[language]}</h2>
            <p>
              <Marked>{text[language]}</Marked>
            </p>
            {picture && <Sketch picture={picture} />}
          </div>
        </li>
      ))}
    </ol>
  );
}
