import type { Attributes, AttributeValue } from '../attributes.js';
import { InvalidValue, NoTarget, PayloadTooLarge } from '../errors.js';
import { replaceMakesValue } from '../leniency.js';
import { ownAttributes, printPath } from '../path.js';
import type { ResourceType } from '../schema.js';
import { assigned, distinct, entryKey, isComplex, isPrimary, listOf, requireRequired, sameValue } from '../values.js';
import type { MemberEdit, PatchOperation, Target } from './operation.js';

/** What a PATCH leaves of the attributes, and what it asks of the members. */
export interface Patched {
  readonly attributes: Attributes;
  readonly members: readonly MemberEdit[];
}

/** Most values that the steps of one PATCH may go through; each goes through all values of its attribute. Half a second at worst. */
const VISITS_MAX = 100_000;

/**
 * Applies operations in order, all or none (RFC 7644 section 3.5.2). Pure; what does not change is shared with the input. Throws
 * `NoTarget` when a replace selects nothing, `InvalidValue` when a required attribute would be left blank, `PayloadTooLarge` when
 * there are too many operations for the number of values.
 */
export function applyPatch(type: ResourceType, attributes: Attributes, operations: readonly PatchOperation[]): Patched {
  let patched = attributes;
  let visits = 0;
  const members: MemberEdit[] = [];
  for (const operation of operations) {
    if (operation.kind === 'members') members.push(operation.edit);
    else if (operation.kind === 'removeExtension') patched = without(patched, operation.urn);
    else {
      visits += valuesBefore(patched, operation.target).length;
      if (visits > VISITS_MAX) throw tooLong(operation.target);
      patched = applyAt(patched, operation);
    }
  }
  if (patched !== attributes) requireRequired(ownAttributes(type), patched, '');
  return { attributes: patched, members };
}

/** Whether two sets of attributes say the same, in whatever order. */
export const sameAttributes = (a: Attributes, b: Attributes): boolean => sameValue(a, b);

type Step = Extract<PatchOperation, { target: Target }>;

const tooLong = (target: Target): PayloadTooLarge =>
  new PayloadTooLarge(
    `${printPath(target)}: its values times the operations on them are more than ${VISITS_MAX}. Send fewer operations at once.`,
  );

const valuesBefore = (attributes: Attributes, target: Target): readonly AttributeValue[] =>
  listOf(containerOf(attributes, target)[target.attribute.name]);

/** The resource itself, or the extension that the target belongs to. */
function containerOf(attributes: Attributes, { extension }: Target): Attributes {
  const container = extension === undefined ? attributes : attributes[extension];
  return isComplex(container) ? container : {};
}

function applyAt(attributes: Attributes, step: Step): Attributes {
  const { extension, attribute } = step.target;
  const before = containerOf(attributes, step.target);
  const after = withValue(before, attribute.name, stepped(step, before[attribute.name]));
  return extension === undefined ? after : withValue(attributes, extension, assigned(after));
}

/** The attribute's value after a step; undefined when none is left. */
function stepped(step: Step, before: AttributeValue | undefined): AttributeValue | undefined {
  if (step.target.attribute.multiValued) return steppedList(step, listOf(before));
  const { sub } = step.target;
  const next = step.kind === 'remove' ? undefined : step.value;
  if (sub === undefined) return next;
  return assigned(withValue(isComplex(before) ? before : {}, sub.name, next));
}

function steppedList(step: Step, before: readonly AttributeValue[]): AttributeValue | undefined {
  // Values that are told apart no longer, as one lost its type, are one entry.
  const after = distinct(step.kind === 'remove' ? removed(step, before) : set(step, before));
  if (after.filter(isPrimary).length > 1) {
    throw new InvalidValue(
      `${printPath(step.target)}: the path selects several values, and only one can be primary. Select one.`,
    );
  }
  return after.length === 0 ? undefined : after;
}

function removed(
  { target: { sub, filter }, values }: Step & { kind: 'remove' },
  before: readonly AttributeValue[],
): readonly AttributeValue[] {
  const matches = filter?.matches ?? (values === undefined ? () => true : namedBy(values));
  if (sub === undefined) return before.filter((value) => !matches(value));
  return before.flatMap((value) =>
    matches(value) ? (assigned(withValue(toComplex(value), sub.name, undefined)) ?? []) : value,
  );
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
  const targets = new Set(filter === undefined ? before : before.filter(filter.matches));
  if (targets.size === 0) return withAdded(before, [created(step)]);
  const takesPrimary = [...targets].some((item) => isPrimary(changed(step, item)));
  return before.map((item) => (targets.has(item) ? changed(step, item) : takesPrimary ? notPrimary(item) : item));
}

/** A value that is there, after a step that selects it. */
function changed(
  { kind, target: { sub }, value }: Step & { kind: 'add' | 'replace' },
  item: AttributeValue,
): AttributeValue {
  if (sub !== undefined) return withValue(toComplex(item), sub.name, value);
  return kind === 'add' && isComplex(item) && isComplex(value) ? { ...item, ...value } : value;
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
