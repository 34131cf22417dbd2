import { useCopying } from './copy.js';
import styles from './short-id.module.css';

/** What tells ids apart: their beginning and their end. */
const shortened = (id: string): string => (id.length <= 15 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`);

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** A text with the ids in it shortened. */
export const withShortIds = (text: string): string => text.replace(UUID, shortened);

/** An id, shortened in its middle; it is copied whole by a click. */
export function ShortId({ id }: { readonly id: string }) {
  const [isDone, copy] = useCopying(id);
  return (
    <button
      type="button"
      className={styles.id}
      title={`${id} (click to copy)`}
      aria-label={isDone ? 'Copied' : `Copy ${shortened(id)}`}
      onClick={(event) => {
        // It may stand in a row that is a link.
        event.preventDefault();
        event.stopPropagation();
        copy();
      }}
    >
      {isDone ? 'Copied' : shortened(id)}
    </button>
  );
}
