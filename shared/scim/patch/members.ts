import { InvalidPath, Mutability } from '../errors.js';
import type { Filter } from '../filter/parse.js';
import { readMembers, requireNobody } from '../input.js';
import { isRemovalByValue } from '../leniency.js';
import { findAttribute } from '../path.js';
import type { Attribute } from '../schema.js';
import { readValue } from '../values.js';
import type { MemberEdit, Target } from './operation.js';

/**
 * An operation on members as an edit that names only who joins or leaves, so that its cost does not depend on the size of the
 * group. Undefined when it names nobody.
 */
export function readMemberEdit(
  verb: 'add' | 'replace' | 'remove',
  { attribute, sub, filter }: Target,
  value: unknown,
  at: string,
): MemberEdit | undefined {
  if (sub !== undefined) {
    throw new Mutability(`${at}.path: a member's ${sub.name} is immutable. Remove the member and add another one.`);
  }
  if (filter !== undefined) {
    if (verb !== 'remove') {
      throw new InvalidPath(`${at}.path: only "remove" takes a filter on members. Use the path "members".`);
    }
    const ids = idsIn(attribute, filter.tree);
    if (ids !== undefined) return { kind: 'remove', ids };
    requireKept(filter.tree, at);
    return { kind: 'removeWhere', matches: ({ id, type }) => filter.matches({ value: id, type }), parts: filter.parts };
  }
  if (verb === 'remove' && !isRemovalByValue(value)) return { kind: 'clear' };
  if (value === undefined || value === null) return verb === 'replace' ? { kind: 'clear' } : undefined;
  const read = readValue(attribute, value, `${at}: ${attribute.name}`);
  const ids = read === undefined ? [] : readMembers(read);
  if (verb === 'replace' && read === undefined) requireNobody(attribute, value, `${at}: `);
  // Nobody named is nobody removed, never everybody.
  return ids.length === 0 && verb !== 'replace' ? undefined : { kind: verb, ids };
}

/** The ids of `value eq "a" or value eq "b"`; undefined of any other filter. */
function idsIn(attribute: Attribute, filter: Filter): string[] | undefined {
  if (filter.kind === 'or') {
    const [left, right] = [idsIn(attribute, filter.left), idsIn(attribute, filter.right)];
    return left && right && [...left, ...right];
  }
  const isIdentity =
    filter.kind === 'compare' &&
    filter.operator === 'eq' &&
    filter.literal.value !== null &&
    findAttribute(attribute.subAttributes ?? [], filter.path)?.name === 'value';
  return isIdentity ? [filter.literal.text] : undefined;
}

/** What a filter on members can speak of: a row has no more, and nothing found would pass for nobody meant. */
function requireKept(filter: Filter, at: string): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      requireKept(filter.left, at);
      requireKept(filter.right, at);
      return;
    case 'not':
      requireKept(filter.operand, at);
      return;
    default:
      if (filter.path.toLowerCase() !== '$ref') return;
      throw new InvalidPath(`${at}.path: members cannot be selected by $ref. Filter on "value".`);
  }
}
