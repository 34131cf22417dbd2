import type { ReactNode } from 'react';
import { Button } from './button.js';
import styles from './table.module.css';
import { classes } from './classes.js';

export interface Column<T> {
  readonly name: string;
  readonly show: (item: T) => ReactNode;
  /** Figures stand at the right. */
  readonly isFigure?: boolean;
  /** Left out where the page is narrow. */
  readonly isExtra?: boolean;
}

interface Props<T> {
  /** What the table lists, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** The row that is open beside the list. */
  readonly chosen?: string | undefined;
  /** Asks for the next page; undefined: there is none. */
  readonly more?: (() => void) | undefined;
  readonly isLoading?: boolean;
}

/** A list with a row for each item. The first column holds the link that opens it; the whole row is its target. */
export function Table<T>({ label, columns, items, keyOf, chosen, more, isLoading = false }: Props<T>) {
  const cell = ({ isFigure, isExtra }: Column<T>) => classes(isFigure && styles.figure, isExtra && styles.extra);
  return (
    <div className={styles.frame}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={cell(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)} className={classes(chosen === keyOf(item) && styles.chosen)}>
              {columns.map((column) => (
                <td key={column.name} className={cell(column)}>
                  {column.show(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more && (
        <div className={styles.more}>
          <Button onClick={more} isBusy={isLoading}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
