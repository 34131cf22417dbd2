import type { ReactNode } from 'react';
import styles from './status.module.css';
import { classes } from './classes.js';

export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'busy';

/** A word with a dot: never a colour alone. */
export function Status({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={classes(styles.status, styles[tone])}>
      <span className={styles.dot} aria-hidden="true" />
      {children}
    </span>
  );
}
