import { useId, type ReactNode } from 'react';
import { CopyButton } from './copy.js';
import styles from './copy-line.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  /** What it is for. */
  readonly hint?: ReactNode;
}

/** A value to be taken elsewhere, whole. */
export function CopyLine({ label, value, hint }: Props) {
  const id = useId();
  return (
    <div className={styles.line} role="group" aria-labelledby={id}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <div className={styles.value}>
        <code tabIndex={0} aria-label={label}>
          {value}
        </code>
        <CopyButton text={value} label={`Copy: ${label}`} />
      </div>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
    </div>
  );
}
