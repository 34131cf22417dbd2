import type { Attributes, AttributeValue } from '../attributes.js';
import { InvalidValue, NoTarget } from '../errors.js';
import { ownAttributes, printPath } from '../path.js';
import type { ResourceType } from '../schema.js';
import { assigned, distinct, isComplex, isPrimary, listOf, requireRequired, sameValue } from '../values.js';
import type { MemberEdit, PatchOperation, Target } from './operation.js';

/** What a PATCH leaves of the attributes, and what it asks of the members. */
export interface Patched {
  readonly attributes: Attributes;
  readonly members: readonly MemberEdit[];
}

/**
 * Applies operations in order, all or none (RFC 7644 section 3.5.2). Pure; what does not change is shared with the input. Throws
 * `NoTarget` when a replace selects nothing, `InvalidValue` when a required attribute would be left blank.
 */
export function applyPatch(type: ResourceType, attributes: Attributes, operations: readonly PatchOperation[]): Patched {
  let patched = attributes;
  const members: MemberEdit[] = [];
  for (const operation of operations) {
    if (operation.kind === 'members') members.push(operation.edit);
    else if (operation.kind === 'removeExtension') patched = without(patched, operation.urn);
    else patched = applyAt(patched, operation);
  }
  if (patched !== attributes) requireRequired(ownAttributes(type), patched, '');
  return { attributes: patched, members };
}

/** Whether two sets of attributes say the same, in whatever order. */
export const sameAttributes = (a: Attributes, b: Attributes): boolean => sameValue(a, b);

type Step = Extract<PatchOperation, { target: Target }>;

/** In the resource itself, or in the extension that the target belongs to. */
function applyAt(attributes: Attributes, step: Step): Attributes {
  const { extension, attribute } = step.target;
  const container = extension === undefined ? attributes : attributes[extension];
  const before = isComplex(container) ? container : {};
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
  const after = step.kind === 'remove' ? removed(step, before) : set(step, before);
  return after.length === 0 ? undefined : after;
}

function removed(
  { target: { sub, filter }, values }: Step & { kind: 'remove' },
  before: readonly AttributeValue[],
): readonly AttributeValue[] {
  const matches = filter?.matches ?? ((value: AttributeValue) => values?.some((other) => names(other, value)) ?? true);
  if (sub === undefined) return before.filter((value) => !matches(value));
  return before.flatMap((value) =>
    matches(value) ? (assigned(withValue(toComplex(value), sub.name, undefined)) ?? []) : value,
  );
}

/** A value is named by an equal one, or by one that has its `value`. */
const names = (other: AttributeValue, value: AttributeValue): boolean =>
  sameValue(other, value) ||
  (isComplex(other) && isComplex(value) && other['value'] !== undefined && other['value'] === value['value']);

function set(step: Step & { kind: 'add' | 'replace' }, before: readonly AttributeValue[]): readonly AttributeValue[] {
  const { target, value } = step;
  const { filter, sub } = target;
  if (filter === undefined && sub === undefined) {
    return step.kind === 'replace' ? listOf(value) : withOnePrimary(before, listOf(value));
  }
  const isTarget = filter?.matches ?? (() => true);
  if (!before.some(isTarget)) return withOnePrimary(before, [created(step)]);
  const takesPrimary = before.some((item) => isTarget(item) && isPrimary(changed(step, item)));
  return onePrimary(
    step,
    before.map((item) => (isTarget(item) ? changed(step, item) : takesPrimary ? notPrimary(item) : item)),
  );
}

/** A value that is there, after a step that selects it. */
function changed(
  { kind, target: { sub }, value }: Step & { kind: 'add' | 'replace' },
  item: AttributeValue,
): AttributeValue {
  if (sub !== undefined) return withValue(toComplex(item), sub.name, value);
  return kind === 'add' && isComplex(item) && isComplex(value) ? { ...item, ...value } : value;
}

function onePrimary({ target }: Step, values: readonly AttributeValue[]): AttributeValue[] {
  const left = distinct(values);
  if (left.filter(isPrimary).length < 2) return left;
  throw new InvalidValue(
    `${printPath(target)}: the path selects several values, and only one can be primary. Select one.`,
  );
}

/**
 * The value that a path which selects none stands for. An add makes it, and so does a replace of a sub-attribute, as Entra ID
 * relies on: `emails[type eq "work"].value`. Any other replace has no target (RFC 7644 section 3.5.2.3).
 */
function created({ kind, target, value }: Step & { kind: 'add' | 'replace' }): AttributeValue {
  const { filter, sub } = target;
  const seed = filter === undefined ? {} : filter.seed;
  if (seed === undefined || (kind === 'replace' && sub === undefined)) {
    throw new NoTarget(
      `${printPath(target)}: no value matches [${filter?.text ?? ''}]. Add the value, or select one that is there.`,
    );
  }
  if (sub !== undefined) return { ...seed, [sub.name]: value };
  return isComplex(value) ? { ...seed, ...value } : value;
}

/** Appends; a new primary value takes that from the others (RFC 7644 section 3.5.2). */
function withOnePrimary(before: readonly AttributeValue[], added: readonly AttributeValue[]): AttributeValue[] {
  const fresh = added.filter((value) => !before.some((other) => sameValue(other, value)));
  return distinct([...(fresh.some(isPrimary) ? before.map(notPrimary) : before), ...fresh]);
}

const notPrimary = (value: AttributeValue): AttributeValue =>
  isPrimary(value) ? { ...toComplex(value), primary: false } : value;

const toComplex = (value: AttributeValue): Attributes => (isComplex(value) ? value : {});

const without = (attributes: Attributes, name: string): Attributes => withValue(attributes, name, undefined);

function withValue(attributes: Attributes, name: string, value: AttributeValue | undefined): Attributes {
  if (value !== undefined) return { ...attributes, [name]: value };
  const { [name]: _removed, ...rest } = attributes;
  return rest;
}
