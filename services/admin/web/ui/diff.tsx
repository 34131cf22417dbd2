import { changesOf, type Fields } from './changes.js';
import styles from './diff.module.css';

/** What was, above what is. */
export function Diff({ previous, data }: { readonly previous: Fields; readonly data: Fields }) {
  return (
    <dl className={styles.diff}>
      {changesOf(previous, data).map(({ field, before, after }) => (
        <div key={field} className={styles.change}>
          <dt>{field}</dt>
          <dd>
            {isThere(before) && <del>{shown(before)}</del>}
            {isThere(after) ? <ins>{shown(after)}</ins> : !isThere(before) && '—'}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Absent values are null in events, and empty lists say as little. */
const isThere = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
