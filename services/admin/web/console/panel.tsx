import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Link, useNavigate } from './router.js';
import styles from './panel.module.css';

interface Props {
  readonly title: ReactNode;
  /** The list's address, where closing it leads. */
  readonly back: string;
  /** What closing it does instead, where the address is not to change. */
  readonly onClose?: () => void;
  /** What can be done with it. */
  readonly actions?: ReactNode;
  /** How it is, beside what can be done: both in a line of their own. */
  readonly state?: ReactNode;
  readonly children: ReactNode;
}

/** A detail that opens beside its list and has an address of its own. Escape closes it. */
export function Panel({ title, back, onClose, actions, state, children }: Props) {
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useGivenBack();
  useEffect(() => heading.current?.focus(), [back]);
  return (
    <section
      className={styles.panel}
      aria-label="Details"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) (onClose ?? (() => navigate(back)))();
      }}
    >
      <header className={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <div className={styles.actions}>
          {state === undefined && actions}
          <Link
            to={back}
            className={styles.close}
            aria-label="Close"
            onClick={(event) => {
              if (onClose === undefined) return;
              event.preventDefault();
              onClose();
            }}
          >
            ×
          </Link>
        </div>
      </header>
      <div className={styles.body}>
        {state !== undefined && (
          <div className={styles.bar}>
            <div>{state}</div>
            <div className={styles.actions}>{actions}</div>
          </div>
        )}
        {children}
      </div>
    </section>
  );
}

/** When it closes, the focus is again where it was before it opened, unless it has gone elsewhere. */
function useGivenBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, []);
}

interface SectionProps {
  readonly title: string;
  /** At the right of its name. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a detail, with its name. */
export function Section({ title, action, children }: SectionProps) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <header className={styles.sectionHead}>
        <h3 id={id}>{title}</h3>
        {action}
      </header>
      {children}
    </section>
  );
}
