import type { Attributes, AttributeValue } from '../attributes.js';
import { InvalidValue, Mutability, NoTarget, PayloadTooLarge } from '../errors.js';
import { replaceMakesValue } from '../leniency.js';
import { printPath } from '../path.js';
import { containerAt } from '../paths.js';
import { requireComplete } from '../required.js';
import type { Attribute, ResourceType } from '../schema.js';
import { assigned, distinct, entryKey, isComplex, isPrimary, listOf, requireFewValues, sameValue } from '../values.js';
import type { MemberEdit, PatchOperation, Target } from './operation.js';

/** What a PATCH leaves of the attributes, and what it asks of the members. */
export interface Patched {
  readonly attributes: Attributes;
  readonly members: readonly MemberEdit[];
}

/** Most looks at values in one PATCH: each step looks at all values of its attribute, once for each part of its filter. */
const LOOKS_MAX = 50_000;
/** A look at a longer text, or at more members, counts as so many more. */
const CHARACTERS_PER_LOOK = 128;
const MEMBERS_PER_LOOK = 8;

/**
 * Applies operations in order, all or none (RFC 7644 section 3.5.2). Pure; what does not change is shared with the input. Throws
 * `NoTarget` when a replace selects nothing, `InvalidValue` when a required attribute would be left blank, `PayloadTooLarge` when
 * there are too many values, or too many operations for their number.
 */
export function applyPatch(type: ResourceType, attributes: Attributes, operations: readonly PatchOperation[]): Patched {
  let patched = attributes;
  let looks = 0;
  const members: MemberEdit[] = [];
  for (const operation of operations) {
    if (operation.kind === 'members') members.push(operation.edit);
    else if (operation.kind === 'removeExtension') patched = without(patched, operation.urn);
    else {
      looks += looksAt(valuesBefore(patched, operation.target)) * (operation.target.filter?.parts ?? 1);
      if (looks > LOOKS_MAX) throw tooLong(operation.target);
      patched = applyAt(patched, operation);
    }
  }
  if (patched !== attributes) requireComplete(type, patched);
  return { attributes: patched, members };
}

/** Whether two sets of attributes say the same, in whatever order. */
export const sameAttributes = (a: Attributes, b: Attributes): boolean => sameValue(a, b);

type Step = Extract<PatchOperation, { target: Target }>;

const tooLong = (target: Target): PayloadTooLarge =>
  new PayloadTooLarge(
    `${printPath(target)}: its values times the operations on them, and the parts of their filters, are more than ${LOOKS_MAX}. Send fewer operations at once.`,
  );

function looksAt(values: readonly AttributeValue[]): number {
  let looks = 0;
  for (const value of values) looks += 1 + Math.floor(extentOf(value));
  return looks;
}

function extentOf(value: AttributeValue): number {
  if (typeof value === 'string') return value.length / CHARACTERS_PER_LOOK;
  if (typeof value !== 'object') return 0;
  let extent = 0;
  for (const member of Object.values(value)) extent += 1 / MEMBERS_PER_LOOK + extentOf(member);
  return extent;
}

const valuesBefore = (attributes: Attributes, target: Target): readonly AttributeValue[] =>
  listOf(containerAt(attributes, target)?.[target.attribute.name]);

function applyAt(attributes: Attributes, step: Step): Attributes {
  const { extension, attribute } = step.target;
  const before = containerAt(attributes, step.target) ?? {};
  const after = withValue(before, attribute.name, stepped(step, before[attribute.name]));
  return extension === undefined ? after : withValue(attributes, extension, assigned(after));
}

/** The attribute's value after a step; undefined when none is left. */
function stepped(step: Step, before: AttributeValue | undefined): AttributeValue | undefined {
  if (step.target.attribute.multiValued) return steppedList(step, listOf(before));
  const { sub } = step.target;
  if (sub === undefined) return step.kind === 'remove' ? undefined : step.value;
  return assigned(withSub(step, sub, isComplex(before) ? before : {}));
}

/** A complex value after a step at one of its sub-attributes; where that is multi-valued, an add appends. */
function withSub(step: Step, { name, multiValued }: Attribute, before: Attributes): Attributes {
  if (step.kind === 'remove') return without(before, name);
  const isAppended = step.kind === 'add' && multiValued;
  return { ...before, [name]: isAppended ? distinct([...listOf(before[name]), ...listOf(step.value)]) : step.value };
}

function steppedList(step: Step, before: readonly AttributeValue[]): AttributeValue | undefined {
  // Values that are told apart no longer, as one lost its type, are one entry.
  const after = distinct(step.kind === 'remove' ? removed(step, before) : set(step, before));
  requireFewValues(step.target.attribute, after.length, printPath(step.target));
  if (after.filter(isPrimary).length > 1) {
    throw new InvalidValue(
      `${printPath(step.target)}: the path selects several values, and only one can be primary. Select one.`,
    );
  }
  return after.length === 0 ? undefined : after;
}

function removed(step: Step & { kind: 'remove' }, before: readonly AttributeValue[]): readonly AttributeValue[] {
  const { target, values } = step;
  const { sub, filter } = target;
  const matches = filter?.matches ?? (values === undefined ? () => true : namedBy(values));
  if (sub === undefined) return before.filter((value) => !matches(value));
  return before.flatMap((value) => {
    if (!matches(value)) return value;
    return assigned(sameEntry(target, value, withSub(step, sub, toComplex(value)))) ?? [];
  });
}

/** An entry is named by the same one, or by its `value` alone. */
function namedBy(values: readonly AttributeValue[]): (value: AttributeValue) => boolean {
  const named = new Set(values.map(entryKey));
  return (value) =>
    named.has(entryKey(value)) ||
    (isComplex(value) && value['value'] !== undefined && named.has(entryKey({ value: value['value'] })));
}

function set(step: Step & { kind: 'add' | 'replace' }, before: readonly AttributeValue[]): readonly AttributeValue[] {
  const { target, value } = step;
  const { filter, sub } = target;
  if (filter === undefined && sub === undefined) {
    return step.kind === 'replace' ? listOf(value) : withAdded(before, listOf(value));
  }
  const targets = filter === undefined ? before : before.filter(filter.matches);
  if (targets.length === 0) return withAdded(before, [created(step)]);
  const after = new Map(targets.map((item) => [item, changed(step, item)]));
  const takesPrimary = [...after.values()].some(isPrimary);
  return before.map((item) => after.get(item) ?? (takesPrimary ? notPrimary(item) : item));
}

/** A value that is there, after a step that selects it. */
function changed(step: Step & { kind: 'add' | 'replace' }, item: AttributeValue): AttributeValue {
  const { kind, target, value } = step;
  if (target.sub !== undefined) return sameEntry(target, item, withSub(step, target.sub, toComplex(item)));
  if (!isComplex(value)) return value;
  return sameEntry(target, item, kind === 'add' && isComplex(item) ? { ...item, ...value } : value);
}

/** The value after a step that selected it; what is immutable in it has to be as it was (RFC 7644 section 3.5.2). */
function sameEntry({ attribute }: Target, before: AttributeValue, after: Attributes): Attributes {
  for (const { name, mutability } of attribute.subAttributes ?? []) {
    const was = mutability === 'immutable' ? toComplex(before)[name] : undefined;
    if (was === undefined) continue;
    const is = after[name];
    if (is !== undefined && sameValue(was, is)) continue;
    throw new Mutability(`${attribute.name}.${name}: it is immutable. Remove the value and add another one.`);
  }
  return after;
}

/**
 * The value that a path which selects none stands for. An add makes it, and so may a replace; any other replace has no target
 * (RFC 7644 section 3.5.2.3).
 */
function created({ kind, target, value }: Step & { kind: 'add' | 'replace' }): AttributeValue {
  const { filter, sub } = target;
  const seed = filter === undefined ? {} : filter.seed;
  const made = sub === undefined ? value : { [sub.name]: value };
  const whole = isComplex(made) ? { ...seed, ...made } : made;
  const isMade = seed !== undefined && (kind === 'add' || replaceMakesValue(sub));
  if (isMade && filter?.matches(whole) !== false) return whole;
  throw new NoTarget(
    `${printPath(target)}: no value matches [${filter?.text ?? ''}]. Add the value, or select one that is there.`,
  );
}

/** Appends; an added primary value takes that from the others (RFC 7644 section 3.5.2). */
const withAdded = (before: readonly AttributeValue[], added: readonly AttributeValue[]): AttributeValue[] => [
  ...(added.some(isPrimary) ? before.map(notPrimary) : before),
  ...added,
];

const notPrimary = (value: AttributeValue): AttributeValue =>
  isPrimary(value) ? { ...toComplex(value), primary: false } : value;

const toComplex = (value: AttributeValue): Attributes => (isComplex(value) ? value : {});

const without = (attributes: Attributes, name: string): Attributes => withValue(attributes, name, undefined);

function withValue(attributes: Attributes, name: string, value: AttributeValue | undefined): Attributes {
  if (value !== undefined) return { ...attributes, [name]: value };
  const { [name]: _removed, ...rest } = attributes;
  return rest;
}
