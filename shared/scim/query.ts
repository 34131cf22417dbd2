import { InvalidValue } from './errors.js';
import { parseFilter, type Filter } from './filter/parse.js';
import { readPaging, type Paging } from './paging.js';
import { readMessage } from './request-message.js';

/** Parameters of a request that reads resources, first value of each. */
export type Parameters = Readonly<Record<string, string>>;

/** What a client asks for (RFC 7644 section 3.4.2), whatever the resource type. */
export interface Query {
  readonly filter: Filter | undefined;
  readonly sort: { readonly by: string; readonly isDescending: boolean } | undefined;
  readonly paging: Paging;
  /** For `readProjection`. */
  readonly parameters: Parameters;
}

/** Reads the query of a GET. Throws `InvalidFilter`, `InvalidValue` or a paging error, which names the parameter. */
export function readQuery(parameters: Parameters): Query {
  const { filter = '', sortBy = '' } = parameters;
  return {
    filter: filter.trim() === '' ? undefined : parseFilter(filter),
    sort: sortBy.trim() === '' ? undefined : { by: sortBy.trim(), isDescending: isDescending(parameters['sortOrder']) },
    paging: readPaging(parameters),
    parameters,
  };
}

const LISTS = ['attributes', 'excludedAttributes'];
const NUMBERS = ['startIndex', 'count'];
const TEXTS = ['filter', 'sortBy', 'sortOrder', 'cursor'];

/** Reads the body of a POST to `.search` (RFC 7644 section 3.4.3). Throws as `readQuery`, and `InvalidSyntax` of another message. */
export function readSearch(body: unknown): Query {
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(readMessage('SearchRequest', body))) {
    if (value !== null && isParameter(name)) parameters[name] = parameterText(name, value);
  }
  return readQuery(parameters);
}

const isParameter = (name: string): boolean => [...LISTS, ...NUMBERS, ...TEXTS].includes(name);

function parameterText(name: string, value: unknown): string {
  if (NUMBERS.includes(name) && typeof value === 'number') return String(value);
  if (LISTS.includes(name) && Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return value.join();
  if (TEXTS.includes(name) && typeof value === 'string') return value;
  const expected = NUMBERS.includes(name) ? 'a number' : LISTS.includes(name) ? 'an array of strings' : 'a string';
  throw new InvalidValue(`${name}: it must be ${expected}.`);
}

function isDescending(order = 'ascending'): boolean {
  const lower = order.trim().toLowerCase();
  if (lower === 'descending' || lower === 'ascending' || lower === '') return lower === 'descending';
  throw new InvalidValue(`sortOrder: it is ${JSON.stringify(order)}, must be "ascending" or "descending".`);
}
