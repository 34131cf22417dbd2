import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useNavigate } from './router.js';
import styles from './panel.module.css';

interface Props {
  readonly title: ReactNode;
  /** The list's address, where closing it leads. */
  readonly back: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A detail that opens beside its list and has an address of its own. Escape closes it. */
export function Panel({ title, back, actions, children }: Props) {
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [back]);
  return (
    <section
      className={styles.panel}
      aria-label="Details"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) navigate(back);
      }}
    >
      <header className={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <div className={styles.actions}>
          {actions}
          <Link to={back} className={styles.close} aria-label="Close">
            ×
          </Link>
        </div>
      </header>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
