import type { Row } from './database.js';

/** Readers of a row's columns. A column of another type than asked for is a mistake in a query: it throws, naming the column. */

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  // Text that the driver would alter, see `bindable`.
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf16le');
  throw unexpected(column, value, 'text');
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected(column, value, 'a number');
}

export const nullableText = (row: Row, column: string): string | null =>
  row[column] === null ? null : text(row, column);

export const nullableNumber = (row: Row, column: string): number | null =>
  row[column] === null ? null : number(row, column);

/** What `JSON.stringify` wrote into the column. */
export const json = (row: Row, column: string): unknown => JSON.parse(text(row, column));

const unexpected = (column: string, value: unknown, expected: string): TypeError =>
  new TypeError(`column ${column}: ${typeof value}, must be ${expected}`);
