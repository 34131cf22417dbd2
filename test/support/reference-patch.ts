/**
 * A naive PATCH for the tests to compare with: RFC 7644 section 3.5.2 on plain JSON, one operation after another, as one would
 * write it down while reading. It takes paths in parts, so that it needs no parser, and knows a small user alone. Where the RFC
 * leaves a choice, or an identity provider needs more, the rule is named.
 */

export interface ReferencePath {
  readonly attribute: string;
  readonly sub?: string;
  /** All of them hold of a value that is selected. */
  readonly filter?: readonly {
    readonly sub: string;
    readonly operator: 'eq' | 'ne';
    readonly value: string | boolean;
  }[];
}

export interface ReferenceOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** Undefined: the value is an object of attributes. */
  readonly path?: ReferencePath | undefined;
  readonly value?: unknown;
}

export class Refused extends Error {
  constructor(readonly scimType: string) {
    super(scimType);
  }
}

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** Attributes by name, with their sub-attributes; those of the extension stand inside it. */
const OWN: Readonly<Record<string, 'string' | 'boolean' | readonly string[]>> = {
  userName: 'string',
  title: 'string',
  active: 'boolean',
  name: ['givenName', 'familyName'],
};
const EXTENDED: typeof OWN = { department: 'string', manager: ['value'] };
const PLURAL = ['emails', 'roles'];
const READ_ONLY = ['id', 'groups', 'meta'];

export function referencePatch(user: object, operations: readonly ReferenceOperation[]): object {
  // The whole message is checked before anything is done.
  const steps = operations.flatMap((operation) => {
    const some = stepsOf(operation);
    some.forEach(check);
    return some;
  });
  const after: Json = structuredClone(user);
  for (const step of steps) apply(after, step);
  if (typeof after['userName'] !== 'string' || after['userName'].trim() === '') throw new Refused('invalidValue');
  return after;
}

type Step = ReferenceOperation & { readonly path: ReferencePath };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Section 3.5.2.1: without a path, each attribute of the value is added as if it had been named; unknown ones are ignored. */
function stepsOf({ op, path, value }: ReferenceOperation): Step[] {
  if (path === undefined) {
    if (op === 'remove') throw new Refused('noTarget');
    if (!isObject(value)) throw new Refused('invalidValue');
    return Object.entries(value).flatMap(([attribute, part]) => {
      if (!isKnown(attribute) || READ_ONLY.includes(attribute)) return [];
      return stepsOf({ op, path: { attribute }, value: part ?? null });
    });
  }
  if (op !== 'remove' && value === undefined) throw new Refused('invalidValue');
  if (READ_ONLY.includes(path.attribute)) throw new Refused('mutability');
  if (!isKnown(path.attribute)) throw new Refused('invalidPath');
  return [{ op, path, value }];
}

const isKnown = (name: string): boolean =>
  [...Object.keys(OWN), ...Object.keys(EXTENDED), ...PLURAL, ...READ_ONLY, ENTERPRISE].includes(name);

function check({ op, path, value }: Step): void {
  const { attribute, sub, filter } = path;
  if (op === 'remove') {
    if (attribute === 'userName') throw new Refused('mutability');
    // Leniency: Entra ID and JumpCloud name in the value what to remove.
    if (PLURAL.includes(attribute) && sub === undefined && filter === undefined) entries(value ?? null);
    return;
  }
  if (op === 'replace' && attribute === 'userName' && value === null) throw new Refused('mutability');
  if (value === null) return;
  if (attribute === ENTERPRISE) {
    if (!isObject(value)) throw new Refused('invalidValue');
    for (const [name, part] of Object.entries(value)) if (name in EXTENDED) checkSingle(EXTENDED[name], part);
  } else if (PLURAL.includes(attribute)) {
    if (sub !== undefined) simple(sub === 'primary' ? 'boolean' : 'string', value);
    else if (filter !== undefined) entry(value);
    else entries(value);
  } else checkSingle(sub === undefined ? (OWN[attribute] ?? EXTENDED[attribute]) : 'string', value);
}

function checkSingle(type: 'string' | 'boolean' | readonly string[] | undefined, value: unknown): void {
  if (value === null || value === undefined || type === undefined) return;
  if (typeof type === 'string') simple(type, value);
  else {
    const object = bare(type, value);
    if (!isObject(object)) throw new Refused('invalidValue');
    for (const name of type) checkSingle('string', object[name]);
  }
}

/** Leniency: Entra ID sends a manager as the bare id. */
const bare = (subs: readonly string[], value: unknown): unknown =>
  typeof value === 'string' && subs.includes('value') ? { value } : value;

/** Leniency: Entra ID writes booleans as "True" and "False". */
function simple(type: 'string' | 'boolean', value: unknown): unknown {
  const read =
    type === 'boolean' && typeof value === 'string' && /^(true|false)$/i.test(value) ? /^true$/i.test(value) : value;
  if (typeof read !== type) throw new Refused('invalidValue');
  return read;
}

/** One value of a multi-valued attribute; undefined when nothing is assigned. */
function entry(value: unknown): Json | undefined {
  if (value === null) return undefined;
  if (!isObject(value)) throw new Refused('invalidValue');
  const read: Json = {};
  for (const name of ['value', 'type', 'display', 'primary']) {
    const part: unknown = value[name];
    if (part !== undefined && part !== null) read[name] = simple(name === 'primary' ? 'boolean' : 'string', part);
  }
  return Object.keys(read).length === 0 ? undefined : read;
}

/** Leniency: OneLogin sends the only value without its array. */
function entries(value: unknown): Json[] {
  if (value === null) return [];
  const list: unknown = isObject(value) ? [value] : value;
  if (!Array.isArray(list)) throw new Refused('invalidValue');
  const read = united(list.flatMap((item) => entry(item) ?? []));
  requireOnePrimary(read);
  return read;
}

/** RFC 7643 section 2.4: no (type, value) comes twice. House rule: what comes later adds to what is there. */
function united(list: readonly Json[]): Json[] {
  const kept: Json[] = [];
  for (const item of list) {
    const known = kept.find((one) => isSame(one, item));
    if (known === undefined) kept.push({ ...item });
    else Object.assign(known, item);
  }
  return kept;
}

const isSame = (a: Json, b: Json): boolean =>
  a['value'] === b['value'] && a['type'] === b['type'] && (a['value'] !== undefined || a['display'] === b['display']);

function requireOnePrimary(list: readonly Json[]): void {
  if (list.filter((item) => item['primary'] === true).length > 1) throw new Refused('invalidValue');
}

function apply(user: Json, { op, path, value }: Step): void {
  const { attribute, sub } = path;
  if (attribute === ENTERPRISE) {
    if (op === 'remove' || (op === 'replace' && value === null)) Reflect.deleteProperty(user, ENTERPRISE);
    else
      for (const name of Object.keys(EXTENDED)) {
        if (isObject(value) && name in value) apply(user, { op, path: { attribute: name }, value: value[name] });
      }
  } else if (PLURAL.includes(attribute)) {
    const list = united(plural(user[attribute] ?? [], { op, path, value }));
    requireOnePrimary(list);
    if (list.length > 0) user[attribute] = list;
    else Reflect.deleteProperty(user, attribute);
  } else if (attribute in EXTENDED) {
    const extension: Json = user[ENTERPRISE] ?? {};
    single(extension, EXTENDED[attribute] ?? 'string', attribute, sub, op, value);
    if (Object.keys(extension).length > 0) user[ENTERPRISE] = extension;
    else Reflect.deleteProperty(user, ENTERPRISE);
  } else single(user, OWN[attribute] ?? 'string', attribute, sub, op, value);
}

/** Section 3.5.2.3: of a complex attribute, the sub-attributes that are named are replaced, and the others stay. */
function single(
  container: Json,
  type: 'string' | 'boolean' | readonly string[],
  name: string,
  sub: string | undefined,
  op: 'add' | 'replace' | 'remove',
  value: unknown,
): void {
  if (op !== 'remove' && (value === null || value === undefined)) {
    // Null is absent (RFC 7643 section 2.5): there is nothing to add, and a replace takes away.
    if (op === 'replace') single(container, type, name, sub, 'remove', undefined);
  } else if (typeof type === 'string') {
    if (op === 'remove') Reflect.deleteProperty(container, name);
    else container[name] = simple(type, value);
  } else if (op === 'remove' && sub === undefined) Reflect.deleteProperty(container, name);
  else {
    const inner: Json = container[name] ?? {};
    const given = sub === undefined ? bare(type, value) : { [sub]: value };
    if (isObject(given))
      for (const [part, one] of Object.entries(given))
        if (type.includes(part)) single(inner, 'string', part, undefined, op, one);
    if (Object.keys(inner).length > 0) container[name] = inner;
    else Reflect.deleteProperty(container, name);
  }
}

function plural(before: readonly Json[], { op, path: { sub, filter }, value }: Step): Json[] {
  const isSelected = (item: Json): boolean => (filter ?? []).every((part) => holds(part, item));
  if (op === 'remove') {
    if (sub !== undefined) return withSub(before, isSelected, sub, undefined);
    if (filter !== undefined) return before.filter((item) => !isSelected(item));
    if (value === undefined || value === null) return [];
    const named = entries(value);
    // Named by all that tells it apart, or by its value alone.
    return before.filter(
      (item) =>
        !named.some(
          (one) => isSame(one, item) || (item['value'] !== undefined && isSame(one, { value: item['value'] })),
        ),
    );
  }
  if (value === null)
    return op === 'add'
      ? [...before]
      : plural(before, { op: 'remove', path: { attribute: '', ...(sub && { sub }), ...(filter && { filter }) } });
  if (filter === undefined && sub === undefined) {
    const given = entries(value);
    if (given.length === 0) return op === 'add' ? [...before] : [];
    return op === 'replace' ? given : [...demoted(before, given), ...given];
  }
  const part = sub === undefined ? entry(value) : { [sub]: simple(sub === 'primary' ? 'boolean' : 'string', value) };
  if (part === undefined) return op === 'add' ? [...before] : before.filter((item) => !isSelected(item));
  if (before.some(isSelected)) {
    const change = (item: Json): Json => (sub === undefined && op === 'replace' ? part : { ...item, ...part });
    const changed = before.filter(isSelected).map(change);
    return before.map((item) => (isSelected(item) ? change(item) : (demoted([item], changed)[0] ?? item)));
  }
  // Leniency: Entra ID replaces a sub-attribute of a value that is not there yet. What is made must be what the path selects.
  const made: Json = { ...Object.fromEntries((filter ?? []).map((one) => [one.sub, one.value])), ...part };
  const isMade = (filter ?? []).every(({ operator }) => operator === 'eq') && (op === 'add' || sub !== undefined);
  if (!isMade || !isSelected(made)) throw new Refused('noTarget');
  return [...demoted(before, [made]), made];
}

/** Section 3.5.2: a value that becomes primary takes that from the others. */
const demoted = (others: readonly Json[], changed: readonly Json[]): Json[] =>
  others.map((item) =>
    item['primary'] === true && changed.some((one) => one['primary'] === true) ? { ...item, primary: false } : item,
  );

const withSub = (list: readonly Json[], isSelected: (item: Json) => boolean, sub: string, value: unknown): Json[] =>
  list.flatMap((item) => {
    if (!isSelected(item)) return [item];
    const { [sub]: _before, ...rest } = item;
    const after = value === undefined ? rest : { ...rest, [sub]: value };
    return Object.keys(after).length === 0 ? [] : [after];
  });

/** The sub-attributes are not caseExact; an absent one equals nothing. */
function holds({ sub, operator, value }: NonNullable<ReferencePath['filter']>[number], item: Json): boolean {
  const fold = (one: unknown): unknown => (typeof one === 'string' ? one.toLowerCase() : one);
  const isEqual = item[sub] !== undefined && fold(item[sub]) === fold(value);
  return operator === 'eq' ? isEqual : !isEqual;
}
