import { itemsOf, propertiesOf, type JsonSchema } from '../../../shared/events/json-schema.js';

/** A value that the schema describes, made of the examples in it; `schemas` are those that it refers to. */
export function exampleOf(schema: JsonSchema, schemas: ReadonlyMap<string, JsonSchema>): unknown {
  const known = schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (known !== undefined) return known;
  if (schema.$ref !== undefined) return exampleOf(schemas.get(nameOf(schema.$ref)) ?? {}, schemas);
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first !== undefined) return exampleOf(first, schemas);
  switch ([schema.type].flat()[0]) {
    case 'object': {
      const fields = Object.entries(propertiesOf(schema));
      return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, schemas)]));
    }
    case 'array':
      return (schema.maxItems ?? 1) === 0 ? [] : [exampleOf(itemsOf(schema), schemas)];
    case 'string':
      return schema.format === 'date-time' ? '2026-01-31T09:30:00.000Z' : '…';
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 1);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

/** Of a reference to a component. */
export const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
