import type { ComponentProps, ReactNode } from 'react';
import { Failed, Loading } from '../ui/notice.js';
import { Table } from '../ui/table.js';
import type { Paged } from '../use-api.js';
import styles from './list.module.css';

type TableProps<T> = ComponentProps<typeof Table<T>>;

interface Props<T> extends Omit<TableProps<T>, 'items' | 'more' | 'isLoading' | 'isWhole'> {
  readonly list: Paged<T>;
  /** What is said when there is nothing. */
  readonly empty: ReactNode;
}

/** A list of the API from edge to edge: as it comes, why it does not come, or what it means that it is empty. */
export function List<T>({ list: { data, problem, isLoading, more, reload }, empty, ...table }: Props<T>) {
  return (
    <>
      {problem && (
        <div className={styles.problem}>
          <Failed problem={problem} retry={reload} />
        </div>
      )}
      {data === undefined && problem === undefined && <Loading rows={12} />}
      {data?.length === 0 && empty}
      {data !== undefined && data.length > 0 && (
        <Table {...table} items={data} more={more} isLoading={isLoading} isWhole />
      )}
    </>
  );
}
