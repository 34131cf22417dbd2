import type { ReactNode } from 'react';
import { classes } from './classes.js';
import type { Tone } from './status.js';
import styles from './figures.module.css';

export interface Figure {
  readonly name: string;
  readonly value: ReactNode;
  /** What it means, below it. */
  readonly note?: ReactNode;
  readonly tone?: Tone | undefined;
}

/** A few figures side by side, each large, with its name. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note, tone }) => (
        <div key={name} className={styles.figure}>
          <dt>{name}</dt>
          <dd className={classes(styles.value, tone && styles[tone])}>{value}</dd>
          {note !== undefined && <dd className={styles.note}>{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
