import type { ReactElement } from 'react';
import styles from './chips.module.css';

/** A few links side by side; `none` where there are none. */
export function Chips({ chips, none }: { readonly chips: readonly ReactElement[]; readonly none: string }) {
  if (chips.length === 0) return <p className={styles.none}>{none}</p>;
  return (
    <ul className={styles.chips}>
      {chips.map((chip) => (
        <li key={chip.key}>{chip}</li>
      ))}
    </ul>
  );
}
