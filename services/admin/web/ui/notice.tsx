import type { ReactNode } from 'react';
import { Button } from './button.js';
import type { ApiProblem } from '../api.js';
import styles from './notice.module.css';
import { classes } from './classes.js';

interface EmptyProps {
  readonly title: string;
  /** What it is for, and the next step. */
  readonly children: ReactNode;
}

/** Nothing is there yet, and what to do next. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      <div className={styles.text}>{children}</div>
    </div>
  );
}

interface FailedProps {
  readonly problem: ApiProblem;
  readonly retry?: () => void;
}

/** What happened, what it means, what to do. */
export function Failed({ problem, retry }: FailedProps) {
  return (
    <div className={classes(styles.notice, styles.bad)} role="alert">
      <p>{problem.message}</p>
      {problem.requestId !== undefined && <p className={styles.dim}>Request {problem.requestId}</p>}
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

/** Something to know: in a tone of its own. */
export function Notice({
  tone,
  children,
}: {
  readonly tone: 'info' | 'good' | 'warn' | 'bad';
  readonly children: ReactNode;
}) {
  return (
    <div className={classes(styles.notice, styles[tone])} role="status">
      {children}
    </div>
  );
}

/** The shape of what comes. */
export function Loading({ rows = 6, text = 'Loading…' }: { readonly rows?: number; readonly text?: string }) {
  return (
    <div className={styles.loading} role="status">
      <span className="unseen">{text}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} aria-hidden="true" />
      ))}
    </div>
  );
}
