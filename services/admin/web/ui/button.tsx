import type { ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';
import { classes } from './classes.js';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `plain` by default; one `primary` in a place; `danger` where something is lost by it. */
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** Work goes on: it cannot be pressed again, and says so. */
  readonly isBusy?: boolean;
}

export function Button({ kind = 'plain', isBusy = false, className, disabled, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy}
      className={classes(styles.button, styles[kind], className)}
    >
      {isBusy && <span className={styles.spinner} aria-hidden="true" />}
      {children}
    </button>
  );
}
