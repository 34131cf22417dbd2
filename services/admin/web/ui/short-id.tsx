import styles from './short-id.module.css';

/** An id, shortened in its middle; it is copied whole by a click. */
export function ShortId({ id }: { readonly id: string }) {
  const short = id.length <= 15 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
  return (
    <button
      type="button"
      className={styles.id}
      title={`${id} (click to copy)`}
      aria-label={`Copy ${id}`}
      onClick={(event) => {
        // It may stand in a row that is a link.
        event.preventDefault();
        event.stopPropagation();
        void navigator.clipboard.writeText(id);
      }}
    >
      {short}
    </button>
  );
}
