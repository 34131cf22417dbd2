import type { ReactNode } from 'react';
import styles from './code.module.css';
import { CopyButton } from './copy.js';

interface Props {
  /** What it is, for those who do not see it: "The event's payload". */
  readonly label: string;
  readonly text: string;
  /** Coloured as JSON, where it is some. */
  readonly isJson?: boolean;
}

/** A body as it is, to be read and to be copied whole. */
export function Code({ label, text, isJson = false }: Props) {
  return (
    <figure className={styles.code}>
      <div className={styles.copy}>
        <CopyButton text={text} label={`Copy: ${label}`} />
      </div>
      <pre tabIndex={0} aria-label={label}>
        {isJson ? coloured(text) : text}
      </pre>
    </figure>
  );
}

/** A string, with the colon that makes it a name; a word; a number. All else has no colour. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

/** JSON in pieces with their colours. Text stays text: nothing of it becomes markup. */
function coloured(json: string): ReactNode[] {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [whole, text, colon, word] = match;
    const kind = colon !== undefined ? 'name' : text !== undefined ? 'text' : word !== undefined ? 'word' : 'figure';
    const shown = text ?? whole;
    pieces.push(
      json.slice(end, match.index),
      <span key={match.index} className={styles[kind]}>
        {shown}
      </span>,
    );
    end = match.index + shown.length;
  }
  return [...pieces, json.slice(end)];
}
