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
  for (const start of operations.keys()) {
    const stack = [start];
    for (let index = stack.at(-1); index !== undefined; index = stack.at(-1)) {
      const operation = operations[index];
      if (operation === undefined || states.get(index) === 'planned') {
        stack.pop();
        continue;
      }
      const references = referencesOf(operation);
      const own = operation.method === 'POST' ? operation.bulkId : undefined;
      const creatorOf = (bulkId: string): number | undefined => (bulkId === own ? undefined : creators.get(bulkId));
      const unmet = references.map(creatorOf).find((creator) => creator !== undefined && !states.has(creator));
      if (unmet !== undefined) {
        states.set(index, 'begun');
        stack.push(unmet);
        continue;
      }
      const isLater = (bulkId: string): boolean => bulkId === own || states.get(creators.get(bulkId) ?? -1) === 'begun';
      states.delete(index);
      const later = references.filter(isLater);
      states.set(index, 'planned');
      turns.push({ index, operation, needs: references.filter((bulkId) => !later.includes(bulkId)), later });
      stack.pop();
    }
  }
  return turns;
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
  const entries = Object.entries(operation.data);
  const isLater = ([, value]: [string, unknown]): boolean =>
    referencesOf({ ...operation, path: '', data: value }).some((bulkId) => later.includes(bulkId));
  const data = Object.fromEntries(entries.filter((entry) => !isLater(entry)));
  return { operation: { ...operation, data }, attributes: Object.fromEntries(entries.filter(isLater)) };
}
