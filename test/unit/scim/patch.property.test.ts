import fc from 'fast-check';
import { withAssumed } from '../../../shared/scim/assumed.js';
import type { Attributes } from '../../../shared/scim/attributes.js';
import { ScimError } from '../../../shared/scim/errors.js';
import { readResource } from '../../../shared/scim/input.js';
import { renderResource } from '../../../shared/scim/messages.js';
import { sameAttributes } from '../../../shared/scim/patch/apply.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { isComplex, isPrimary, listOf } from '../../../shared/scim/values.js';
import { operation, operations, userAttributes } from './arbitraries.js';
import { patchUser } from './patching.js';

/** Undefined when the PATCH is refused. */
function tried(before: Attributes, steps: readonly unknown[]): Attributes | undefined {
  try {
    return patchUser(before, ...steps);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

function deepFreeze(given: unknown): void {
  if (typeof given !== 'object' || given === null) return;
  Object.freeze(given);
  Object.values(given).forEach(deepFreeze);
}

test('a PATCH never changes what it is given, and is refused as SCIM says or not at all', () => {
  fc.assert(
    fc.property(userAttributes, operations, (before, steps) => {
      deepFreeze(before);
      deepFreeze(steps);
      tried(before, steps);
    }),
    { numRuns: 1_000 },
  );
});

test('a step that is taken once changes nothing when it is taken again', () => {
  fc.assert(
    fc.property(userAttributes, operation, (before, step) => {
      const once = tried(before, [step]);
      const twice = once && tried(once, [step]);
      // A filter may no longer find what the step has changed.
      fc.pre(once !== undefined && twice !== undefined);
      expect(twice).toEqual(once);
    }),
    { numRuns: 1_000 },
  );
});

test('what a PATCH leaves is canonical: read as a body, it is the same', () => {
  fc.assert(
    fc.property(userAttributes, operations, (before, steps) => {
      const after = tried(before, steps);
      fc.pre(after !== undefined);
      expect(sameAttributes(readResource(USER, after).attributes, after)).toBe(true);
      for (const name of ['emails', 'roles', 'addresses']) {
        expect(listOf(after[name]).filter(isPrimary).length).toBeLessThan(2);
        expect(listOf(after[name]).every((one) => isComplex(one) && Object.keys(one).length > 0)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('operations in one PATCH do what they do in one PATCH each', () => {
  fc.assert(
    fc.property(userAttributes, operation, operation, (before, first, second) => {
      const between = tried(before, [first]);
      const one = tried(before, [first, second]);
      fc.pre(between !== undefined && one !== undefined);
      expect(one).toEqual(tried(between, [second]));
    }),
    { numRuns: 1_000 },
  );
});

test('a replace by what is there changes nothing, nor does the echo of a rendered resource', () => {
  fc.assert(
    fc.property(userAttributes, (attributes) => {
      expect(sameAttributes(patchUser(attributes, { op: 'replace', value: attributes }), attributes)).toBe(true);
      const facts = { id: 'u', version: 1, createdAt: 0, updatedAt: 0, attributes, groups: [{ id: 'g' }] };
      const rendered = renderResource(USER, facts, 'https://scim.example');
      expect(readResource(USER, rendered).attributes).toEqual(withAssumed(USER, attributes));
    }),
    { numRuns: 1_000 },
  );
});
