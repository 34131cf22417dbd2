import { useId, type InputHTMLAttributes, type ReactNode } from 'react';
import styles from './field.module.css';
import { classes } from './classes.js';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** Below the field, until there is an error. */
  readonly hint?: ReactNode;
  /** What is wrong with the value, and how to mend it. */
  readonly error?: string | undefined;
  readonly isMono?: boolean;
}

/** A line of input with its label, and what is wrong with it. */
export function Field({ label, hint, error, isMono = false, className, ...rest }: Props) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className={classes(styles.field, className)}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className={classes(styles.input, isMono && styles.mono)}
        aria-invalid={error !== undefined}
        aria-describedby={about}
      />
      <p id={about} className={error === undefined ? styles.hint : styles.error} role={error && 'alert'}>
        {error ?? hint}
      </p>
    </div>
  );
}
