import { useEffect, useRef, useState } from 'react';
import { classes } from '../ui/classes.js';
import field from '../ui/field.module.css';
import { useQuery } from './router.js';
import styles from './search.module.css';

/** What is typed is asked for when the hand rests. */
const REST_MS = 200;

interface Props {
  /** What is searched, and by what: "Search users by name or e-mail". */
  readonly label: string;
}

/** Searches the list by the address's `q`. `/` leads here, Escape empties it. */
export function Search({ label }: Props) {
  const [asked, ask] = useQuery('q');
  const [typed, setTyped] = useState(asked);
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => setTyped(asked), [asked]);
  useEffect(() => {
    if (typed.trim() === asked) return;
    const timer = setTimeout(() => latest.current(typed.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed, asked]);
  return (
    <div className={styles.search}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.6 10.6 14 14" />
      </svg>
      <input
        type="search"
        className={classes(field.input)}
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          setTyped('');
          event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
