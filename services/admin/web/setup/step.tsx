import { useEffect, useRef, type ReactNode } from 'react';
import styles from './step.module.css';

interface Props {
  readonly title: string;
  readonly intro?: ReactNode;
  /** Beside the content, below the heading where the page is narrow. */
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
  /** Ways on and back. */
  readonly foot?: ReactNode;
}

/** One step of the set-up. Its heading has the focus when it is come to, so that it is read out. */
export function Step({ title, intro, aside, children, foot }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <div className={aside === undefined ? undefined : styles.withAside}>
      <div className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {intro !== undefined && <p className={styles.intro}>{intro}</p>}
      </div>
      {aside !== undefined && <aside className={styles.aside}>{aside}</aside>}
      <div className={styles.content}>
        {children}
        {foot !== undefined && <div className={styles.foot}>{foot}</div>}
      </div>
    </div>
  );
}
