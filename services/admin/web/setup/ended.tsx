import { useEffect } from 'react';
import styles from './ended.module.css';
import { useText } from './reading.js';

/** `left`: the reader has ended the session. */
export type Ending = 'used' | 'none' | 'left';

/** There is nothing to do here without a link: what happened, and whom to ask. */
export function Ended({ ending }: { readonly ending: Ending }) {
  const { ended } = useText();
  const isLeft = ending === 'left';
  const title = isLeft ? ended.left : ended.title;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className={styles.ended}>
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-.8.8M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l.8-.8" />
      </svg>
      <h1>{title}</h1>
      {!isLeft && <p>{ended[ending]}</p>}
      <p>{isLeft ? ended.leftAsk : ended.ask}</p>
    </main>
  );
}
