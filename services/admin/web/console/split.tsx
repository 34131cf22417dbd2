import type { ReactNode } from 'react';
import { classes } from '../ui/classes.js';
import styles from './split.module.css';

interface Props {
  readonly children: ReactNode;
  /** What is open beside the list: a `Panel`. Undefined: nothing is. */
  readonly detail: ReactNode | undefined;
}

/** A list, and what is open of it beside it; in its place where the page is narrow. Each scrolls by itself. */
export function Split({ children, detail }: Props) {
  return (
    <div className={classes(styles.split, detail !== undefined && styles.open)}>
      <div className={styles.list}>{children}</div>
      {detail !== undefined && <div className={styles.detail}>{detail}</div>}
    </div>
  );
}

interface HeadProps {
  readonly title: string;
  /** The way back to what the screen is a part of. */
  readonly crumb?: ReactNode;
  /** Views of the screen, or what is to be said of it, beside its name. */
  readonly views?: ReactNode;
  readonly actions?: ReactNode;
  /** In a line of its own. */
  readonly below?: ReactNode;
  /** What the list is narrowed by. */
  readonly filters?: ReactNode;
}

/** The name of a screen, and what can be done there. */
export function ScreenHead({ title, crumb, views, actions, below, filters }: HeadProps) {
  return (
    <header className={styles.head}>
      <div className={styles.line}>
        {crumb !== undefined && (
          <>
            {crumb}
            <span className={styles.slash} aria-hidden="true">
              /
            </span>
          </>
        )}
        <h1 title={title}>{title}</h1>
        {views}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {below !== undefined && <div className={styles.below}>{below}</div>}
      {filters !== undefined && (
        <div className={styles.filters} role="search">
          {filters}
        </div>
      )}
    </header>
  );
}
