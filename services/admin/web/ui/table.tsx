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
  /** It is all there is of a list, from edge to edge, rather than a part of a page. */
  readonly isWhole?: boolean;
  /** Rows that are ticked, for what is done with many. */
  readonly ticks?: Ticks | undefined;
}

interface Ticks {
  readonly keys: ReadonlySet<string>;
  readonly onChange: (keys: ReadonlySet<string>) => void;
}

/** A list with a row for each item. The first column holds the link that opens it; the whole row is its target. */
export function Table<T>(props: Props<T>) {
  const { label, columns, items, keyOf, chosen, more, isLoading = false, isWhole = false, ticks } = props;
  const keys = items.map(keyOf);
  return (
    <div className={classes(styles.frame, isWhole && styles.whole)}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {ticks && (
              <th scope="col" className={styles.tick}>
                <Tick label="Select all that are shown" keys={keys} ticks={ticks} />
              </th>
            )}
            {columns.map((column) => (
              <th key={column.name} scope="col" className={cellOf(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)} className={classes(chosen === keyOf(item) && styles.chosen)}>
              {ticks && (
                <td className={styles.tick}>
                  <Tick label={`Select ${keyOf(item)}`} keys={[keyOf(item)]} ticks={ticks} />
                </td>
              )}
              {columns.map((column, index) => (
                <td key={column.name} className={cellOf(column)} data-opens={index === 0 || undefined}>
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

const cellOf = ({ isFigure, isExtra }: Pick<Column<never>, 'isFigure' | 'isExtra'>): string =>
  classes(isFigure && styles.figure, isExtra && styles.extra);

/** Ticks these rows, or takes their ticks away. */
function Tick({
  label,
  keys,
  ticks,
}: {
  readonly label: string;
  readonly keys: readonly string[];
  readonly ticks: Ticks;
}) {
  const isTicked = keys.length > 0 && keys.every((key) => ticks.keys.has(key));
  const turn = (): void => {
    const others = [...ticks.keys].filter((key) => !keys.includes(key));
    ticks.onChange(new Set(isTicked ? others : [...others, ...keys]));
  };
  return <input type="checkbox" aria-label={label} checked={isTicked} onChange={turn} />;
}
