import type { Attribute, Schema } from '../schema.js';
import type { ResourceTypeDeclaration } from './declarations.js';

/**
 * What of a schema would mean something else to resources that are there: each as "<attribute> <what happens to it>". Whatever is
 * new and optional, and what only people read, is no such thing.
 */
export function breaksOfSchema(before: Schema, after: Schema): string[] {
  return breaksOfAttributes(before.attributes, after.attributes, '');
}

function breaksOfAttributes(before: readonly Attribute[], after: readonly Attribute[], prefix: string): string[] {
  const removed = before.filter(({ name }) => !after.some((one) => one.name === name));
  return [
    ...removed.map(({ name }) => `${prefix}${name} would be removed`),
    ...after.flatMap((attribute) => {
      const name = prefix + attribute.name;
      const was = before.find((one) => one.name === attribute.name);
      if (was === undefined) return attribute.required ? [`${name} would be new and required`] : [];
      return [
        ...breaksOfAttribute(was, attribute).map((what) => `${name} would ${what}`),
        ...breaksOfAttributes(was.subAttributes ?? [], attribute.subAttributes ?? [], `${name}.`),
      ];
    }),
  ];
}

function breaksOfAttribute(before: Attribute, after: Attribute): string[] {
  const changed = (['type', 'multiValued', 'caseExact', 'uniqueness'] as const).filter(
    (characteristic) => before[characteristic] !== after[characteristic],
  );
  return [
    ...changed.map((characteristic) => `change its ${characteristic}`),
    ...(after.required && !before.required ? ['become required'] : []),
    // Values that are kept would be stuck, or kept although they are never returned; those that were dropped are gone.
    ...(after.mutability === 'readOnly' && before.mutability !== 'readOnly' ? ['become readOnly'] : []),
    ...((after.returned === 'never') === (before.returned === 'never') ? [] : ['be kept no more, or only from now on']),
  ];
}

/** What of a resource type would mean something else to its resources. */
export function breaksOfResourceType(before: ResourceTypeDeclaration, after: ResourceTypeDeclaration): string[] {
  const changed = (['endpoint', 'schema'] as const).filter((field) => before[field] !== after[field]);
  const extensionOf = ({ schemaExtensions }: ResourceTypeDeclaration, urn: string) =>
    schemaExtensions.find(({ schema }) => schema === urn);
  return [
    ...changed.map((field) => `its ${field} would change`),
    ...before.schemaExtensions
      .filter(({ schema }) => extensionOf(after, schema) === undefined)
      .map(({ schema }) => `the extension ${schema} would be removed`),
    ...after.schemaExtensions
      .filter(({ schema, required }) => required && extensionOf(before, schema)?.required !== true)
      .map(({ schema }) => `the extension ${schema} would become required`),
  ];
}
