import { InvalidValue } from './errors.js';

/** RFC 7644 section 3.4.2.4: `startIndex` is 1-based, `count` may be 0. */
export interface Paging {
  readonly startIndex: number;
  readonly count: number;
}

const DEFAULT_COUNT = 100;
/** The most resources in one answer; published as `filter.maxResults`. */
export const MAX_COUNT = 1000;

/** Reads `startIndex` and `count`. Too small ones are raised to 1 and 0, too large a count is lowered; throws `InvalidValue` of no integer. */
export const readPaging = (query: Readonly<Record<string, string>>): Paging => ({
  startIndex: Math.max(1, readInteger('startIndex', query['startIndex']) ?? 1),
  count: Math.min(MAX_COUNT, Math.max(0, readInteger('count', query['count']) ?? DEFAULT_COUNT)),
});

function readInteger(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text.trim()))
    throw new InvalidValue(`${name}: it is ${JSON.stringify(text)}, must be a whole number.`);
  return Number(text);
}
