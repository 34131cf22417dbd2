import { validate as isUuid } from 'uuid';
import * as z from 'zod';

/**
 * Fields of requests and answers. Where a check says less in JSON Schema than it does, its `meta` says the rest; what the meta
 * has is in the document alone.
 */

const EXAMPLE_ID = '01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55';
const EXAMPLE_TIME = '2026-01-31T09:30:00.000Z';

const ID = { format: 'uuid', examples: [EXAMPLE_ID] };
const TIME = { format: 'date-time', examples: [EXAMPLE_TIME] };

// ── Requests ──

/** Control characters, as a part of a class in a pattern. */
const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f';

/** A short text for people: no control characters, which logs and terminals would obey. */
export const text = (min: number, max: number) =>
  z
    .string()
    .max(max)
    .trim()
    .min(min)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'must have no control characters')
    .meta({ pattern: `^[^${CONTROLS}]*${min === 0 ? '' : `[^\\s${CONTROLS}][^${CONTROLS}]*`}$` });

/** An opaque place in a list. */
export const cursor = z.string().min(1);

/** An id as a filter or a reference; whether it exists is asked later. */
export const id = z
  .string()
  .refine((value) => isUuid(value), 'must be an id, such as an earlier answer gave it')
  .meta(ID);

/** An id in the path. One that no id can look like names nothing, and is not asked of the store. */
export const pathId = (what: string) =>
  z
    .string()
    .refine((value) => isUuid(value), what)
    .meta({ ...ID, description: `Id of the ${what}` });

/** A parameter of the query that is a number. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      message: `must be an integer from ${min} to ${max}`,
    })
    .transform(Number)
    .meta({ type: 'integer', minimum: min, maximum: max });

/** A field of the body that is a whole number. */
export const integer = (min: number, max: number) =>
  z
    .custom<number>(
      (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
      `must be an integer from ${min} to ${max}`,
    )
    .meta({ type: 'integer', minimum: min, maximum: max });

/** A time; milliseconds. */
export const time = z
  .string()
  .refine((value) => z.iso.datetime({ offset: true }).safeParse(value).success, {
    message: 'must be a time such as 2026-01-31T09:30:00Z',
  })
  .transform((value) => Date.parse(value))
  .meta(TIME);

/** A parameter of the query that may be repeated. */
export const oneOrMore = <Item extends z.ZodType>(item: Item, max: number) =>
  z.preprocess((value) => [value].flat(), z.array(item).max(max)).default([]);

// ── Answers ──

export const idOf = (description: string) => z.string().meta({ ...ID, description });
export const timeOf = (description: string) => z.string().meta({ ...TIME, description });
export const textOf = (description: string, ...examples: string[]) => z.string().meta({ description, examples });

/** A page of a list. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Pass it as `after` for the next page; null at the end' }),
  });

/** A list that is answered whole, in the form of a page. */
export const wholeListOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), nextCursor: z.null().meta({ description: 'There is no next page' }) });

/** A body that has nothing to say. */
export const nothing = z.strictObject({});
