import type { Json } from '../api/json.js';
import type { Paint } from '../paint.js';
import { fit, show } from './text.js';

/** A field of each item, and what its column is called where that is not the field's name. */
export interface Column {
  readonly field: string;
  readonly title?: string;
  /** Where it is not the field itself that is shown. */
  readonly of?: (item: Json) => string;
  /** May be cut where there is little room; ids may not, so that they can be copied. */
  readonly isFlexible?: boolean;
}

const GAP = 2;
/** A column that is cut has so many characters at least. */
const LEAST = 8;

/** A line per item under a heading. With a `width`, no line is longer: flexible columns are cut, then the last ones left out. */
export function renderTable(
  columns: readonly Column[],
  items: readonly Json[],
  { paint, width = Infinity }: { readonly paint: Paint; readonly width?: number | undefined },
): string[] {
  const all = columns.map((column): Filled => {
    const title = (column.title ?? column.field).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const cells = items.map((item) => column.of?.(item) ?? show(item[column.field]));
    return { column, title, cells, width: Math.max(title.length, ...cells.map(({ length }) => length)) };
  });
  const fitting = fitInto(all, width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => fit(text, fitting[index]?.width ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    paint.faint(line(fitting.map(({ title }) => title))),
    ...items.map((_, row) => line(fitting.map(({ cells }) => cells[row] ?? ''))),
  ];
}

interface Filled {
  readonly column: Column;
  readonly title: string;
  readonly cells: readonly string[];
  width: number;
}

function fitInto(columns: readonly Filled[], width: number): readonly Filled[] {
  const fitting = columns.map((column) => ({ ...column }));
  const excess = (): number => fitting.reduce((sum, column) => sum + column.width + GAP, -GAP) - width;
  while (excess() > 0 && fitting.length > 1) {
    const flexible = fitting.filter((one) => one.column.isFlexible === true && one.width > LEAST);
    const widest = flexible.sort((one, other) => other.width - one.width)[0];
    if (widest === undefined) return fitInto(columns.slice(0, -1), width);
    widest.width -= 1;
  }
  return fitting;
}

/** A line per field of one thing; those of objects in it by their path. */
export function renderFields(item: Json, paint: Paint): string[] {
  const fields = flatten(item, '');
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => {
    const isSecret = /(^|\.)(secret|token)$/.test(name);
    const text = isSecret ? `${paint.strong(show(value))}  ${paint.faint('shown this once')}` : show(value);
    return `${paint.faint(name.padEnd(width))}  ${text}`;
  });
}

function flatten(item: object, path: string): [string, unknown][] {
  return Object.entries(item).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    const isList = Array.isArray(value) && value.every((one) => typeof one !== 'object');
    return isNested && !isList ? flatten(value, `${path}${name}.`) : [[`${path}${name}`, value]];
  });
}
