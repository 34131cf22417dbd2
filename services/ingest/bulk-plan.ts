import { referencesOf, type BulkOperation } from '../../shared/scim/bulk.js';
import { isObject } from '../../shared/scim/values.js';

/** One operation in its turn. */
export interface Turn {
  /** Its place in the request. */
  readonly index: number;
  readonly operation: BulkOperation;
  /** bulkIds that it needs to have been created before. */
  readonly needs: readonly string[];
  /** bulkIds that can be created only after it, because they need it themselves: a circle (RFC 7644 section 3.7.1). */
  readonly later: readonly string[];
}

/**
 * The order in which operations can be carried out: as they stand in the request, but what one refers to goes before it. Where
 * references form a circle, it is cut where it closes.
 */
export function planTurns(operations: readonly BulkOperation[]): Turn[] {
  const creators = new Map(
    operations.flatMap((operation, index) =>
      operation.method === 'POST' && operation.bulkId !== undefined ? [[operation.bulkId, index] as const] : [],
    ),
  );
  const turns: Turn[] = [];
  const states = new Map<number, 'begun' | 'planned'>();
  // A stack of its own: a chain of a thousand references must not become a thousand nested calls.
  const stack: Visit[] = [];
  const begin = (index: number): void => {
    const operation = operations[index];
    if (operation === undefined || states.has(index)) return;
    states.set(index, 'begun');
    stack.push({ index, operation, references: referencesOf(operation), met: 0 });
  };
  for (const start of operations.keys()) {
    begin(start);
    for (let visit = stack.at(-1); visit !== undefined; visit = stack.at(-1)) {
      const reference = visit.references[visit.met];
      if (reference !== undefined) {
        visit.met += 1;
        begin(creators.get(reference) ?? -1);
        continue;
      }
      const { index, operation, references } = visit;
      const isLater = (bulkId: string): boolean => states.get(creators.get(bulkId) ?? -1) === 'begun';
      const [needs, later] = [references.filter((bulkId) => !isLater(bulkId)), references.filter(isLater)];
      turns.push({ index, operation, needs, later });
      states.set(index, 'planned');
      stack.pop();
    }
  }
  return turns;
}

/** An operation on the way to its turn: the creators of so many of its references have been looked after. */
interface Visit extends Pick<Turn, 'index' | 'operation'> {
  readonly references: readonly string[];
  met: number;
}

/**
 * Takes those attributes out of an operation's data that refer to what is created later, to be added then. Only a POST can have
 * any.
 */
export function withoutLater(
  operation: BulkOperation,
  later: readonly string[],
): { readonly operation: BulkOperation; readonly attributes: object } {
  if (later.length === 0 || !isObject(operation.data)) return { operation, attributes: {} };
  const ids = new Set(later);
  const entries = Object.entries(operation.data).map((entry) => {
    const isLater = referencesOf({ ...operation, path: '', data: entry[1] }).some((bulkId) => ids.has(bulkId));
    return { entry, isLater };
  });
  const those = (wanted: boolean): object =>
    Object.fromEntries(entries.filter(({ isLater }) => isLater === wanted).map(({ entry }) => entry));
  return { operation: { ...operation, data: those(false) }, attributes: those(true) };
}
