import type { ReactNode } from 'react';
import { absolute } from './ago.js';
import { classes } from './classes.js';
import { duration } from './duration.js';
import type { Tone } from './status.js';
import styles from './time-line.module.css';
import tones from './tone.module.css';

/** Something that happened on the way from a request to the last answer of the last endpoint. */
export interface Step {
  readonly key: string;
  /** What it is: "Request", "Commit". */
  readonly kind: string;
  readonly title: ReactNode;
  readonly tone: Tone;
  /** Undefined: it is not known, or it has not happened yet. */
  readonly at?: string | undefined;
  /** Milliseconds since what caused it: told beside the line that leads to it. */
  readonly elapsedMs?: number | undefined;
  /** A part of the step above: an attempt of a delivery. */
  readonly isMinor?: boolean;
  /** What there is to say of it. */
  readonly children?: ReactNode;
}

/** Steps on one vertical line, from cause to effect, with the time that passed between them. */
export function TimeLine({ label, steps }: { readonly label: string; readonly steps: readonly Step[] }) {
  return (
    <ol className={styles.line} aria-label={label}>
      {steps.map(({ key, kind, title, tone, at, elapsedMs, isMinor, children }) => (
        <li key={key} className={classes(styles.step, isMinor === true && styles.minor)}>
          {elapsedMs !== undefined && <span className={styles.elapsed}>+{duration(Math.max(0, elapsedMs))}</span>}
          <span className={classes(styles.dot, tones[tone])} aria-hidden="true" />
          <div className={styles.content}>
            <p className={styles.head}>
              <span className={styles.kind}>{kind}</span>
              <span className={styles.title}>{title}</span>
              {at !== undefined && (
                <time className={styles.at} dateTime={at} title={absolute(at)}>
                  {clock(at)}
                </time>
              )}
            </p>
            {children}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** "14:03:07.482", in the viewer's zone. */
const clock = (at: string): string =>
  new Date(at).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
