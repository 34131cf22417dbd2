import type { ReactNode } from 'react';
import styles from './status.module.css';
import { classes } from './classes.js';
import tones from './tone.module.css';
import type { Tone } from './tone.js';

export type { Tone };

/** A word with a dot: never a colour alone. */
export function Status({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={classes(styles.status, tones[tone], tone === 'busy' && styles.busy)}>
      <span className={styles.dot} aria-hidden="true" />
      {children}
    </span>
  );
}
