import * as z from 'zod';
import { EVENT_SCHEMAS, type EventType } from './event.js';

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** `open`: takes fields that a later version may add, as receivers should. `closed`: every field is one that is known. */
export const eventJsonSchema = (type: EventType, fields: 'open' | 'closed' = 'open'): JsonSchema =>
  z.toJSONSchema(EVENT_SCHEMAS[type], {
    io: fields === 'open' ? 'input' : 'output',
    override({ jsonSchema }) {
      // The format says the same in a word.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });

/** The fields of an object's schema; none of anything else. */
export const propertiesOf = (schema: JsonSchema | undefined): Readonly<Record<string, JsonSchema>> =>
  (schema?.properties ?? {}) as Readonly<Record<string, JsonSchema>>;

/** What is in a list. */
export const itemsOf = (schema: JsonSchema | undefined): JsonSchema => (schema?.items ?? {}) as JsonSchema;
