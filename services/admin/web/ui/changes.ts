export type Fields = Readonly<Record<string, unknown>>;

interface Change {
  /** `title`, `name.given`. */
  readonly field: string;
  /** Undefined: it was not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What an update changed, field by field: `previous` has the changed ones as they were, `data` everything as it is. Objects are
 * looked into, so that a family name that changed does not show the given name too; lists are shown whole.
 */
export const changesOf = (previous: Fields, data: Fields): Change[] =>
  Object.entries(previous).flatMap(([field, before]) => {
    const after = data[field];
    // Of a declared resource's attributes, those that changed are there alone, and absent-before is null.
    const isPart = field === 'attributes' && isFields(before) && isFields(after);
    return isPart
      ? Object.keys(before).flatMap((name) => within(`${field}.${name}`, before[name], after[name]))
      : within(field, before, after);
  });

function within(field: string, before: unknown, after: unknown): Change[] {
  if (isFields(before) && isFields(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => within(`${field}.${name}`, before[name], after[name]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field, before, after }];
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
