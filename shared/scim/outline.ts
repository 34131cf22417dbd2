import { parseFilter } from './filter/parse.js';
import { printFilter } from './filter/print.js';
import { isObject } from './values.js';

/**
 * What can be told of a request without what it says of people: which operations on which attributes, never a value. Every text is let
 * through only where it has a form that values do not have, so that what is forgotten here is hidden.
 */

/** In the place of what is left out. */
const HIDDEN = '…';
const ITEMS_MAX = 50;
const FILTER_MAX_CHARACTERS = 1000;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const URN = /^urn:[\w.:-]{1,250}$/i;
const ENDPOINT = /^[.A-Za-z][\w.-]{0,63}$/;
const NAME = /^[A-Za-z$][\w$.:-]{0,250}$/;
const NAMES = /^[A-Za-z$][\w$.:,\s-]{0,999}$/;
const NUMBER = /^-?\d{1,9}$/;
const ORDER = /^(?:a|de)scending$/i;
const VERB = /^(?:add|replace|remove)$/i;
const METHOD = /^(?:GET|POST|PUT|PATCH|DELETE)$/i;

const keep = (form: RegExp, text: string): string => (form.test(text) ? text : HIDDEN);

/** The URL of a request behind the SCIM base URL: with ids, names and numbers, without the values of filters. */
export function outlineUrl(url: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const shown = path.split('/').slice(0, ITEMS_MAX).map(outlineSegment).join('/');
  if (mark < 0) return shown;
  const parameters = [...new URLSearchParams(url.slice(mark + 1))].slice(0, ITEMS_MAX);
  return `${shown}?${parameters.map(outlineParameter).join('&')}`;
}

/** An endpoint, and what may stand behind it: an id, a schema, or the name of a resource type. */
function outlineSegment(segment: string, place: number, all: readonly string[]): string {
  if (segment === '' || place === 1) return segment === '' ? '' : keep(ENDPOINT, segment);
  const isName = segment === '.search' || (all[1] === 'ResourceTypes' && ENDPOINT.test(segment));
  return isName || UUID.test(segment) || URN.test(segment) ? segment : HIDDEN;
}

function outlineParameter([name, value]: readonly [string, string]): string {
  switch (name) {
    case 'filter':
      return `filter=${outlineFilter(value)}`;
    case 'attributes':
    case 'excludedAttributes':
    case 'sortBy':
      return `${name}=${keep(NAMES, value)}`;
    case 'sortOrder':
      return `${name}=${keep(ORDER, value)}`;
    case 'startIndex':
    case 'count':
      return `${name}=${keep(NUMBER, value)}`;
    default:
      return value === '' ? keep(ENDPOINT, name) : `${keep(ENDPOINT, name)}=${HIDDEN}`;
  }
}

/** Attributes and operators. */
function outlineFilter(text: string): string {
  if (text.length > FILTER_MAX_CHARACTERS) return HIDDEN;
  try {
    return printFilter(parseFilter(text), ({ value, text: written }) =>
      typeof value === 'boolean' || value === null ? written : `"${HIDDEN}"`,
    );
  } catch {
    return HIDDEN;
  }
}

/** Names of the attributes that a body has; of a PATCH its operations with their paths, of a bulk request those with theirs. */
export function outlineBody(body: unknown): string[] {
  if (!isObject(body)) return [];
  const operations = body['Operations'];
  const all = Array.isArray(operations) ? operations.slice(0, ITEMS_MAX).flatMap(outlineOperation) : namesIn(body);
  return all.slice(0, ITEMS_MAX);
}

function outlineOperation(operation: unknown): string[] {
  if (!isObject(operation)) return [HIDDEN];
  const { op, method, path, value } = operation;
  if (typeof method === 'string') {
    return [`${keep(METHOD, method)} ${typeof path === 'string' ? outlineUrl(path) : HIDDEN}`];
  }
  const verb = keep(VERB, String(op));
  if (typeof path === 'string' && path !== '') return [`${verb} ${outlineName(path)}`];
  return isObject(value) ? namesIn(value).map((name) => `${verb} ${name}`) : [verb];
}

/** An extension's attributes with its URN. A loop, because it is done for each request. */
function namesIn(object: Readonly<Record<string, unknown>>): string[] {
  const names: string[] = [];
  for (const name of Object.keys(object)) {
    if (names.length >= ITEMS_MAX) break;
    const value = object[name];
    if (name === 'schemas') continue;
    if (isObject(value) && URN.test(name)) {
      for (const sub of Object.keys(value).slice(0, ITEMS_MAX)) names.push(outlineName(`${name}:${sub}`));
    } else names.push(outlineName(name));
  }
  return names;
}

/** The path of an attribute, which may select values by a filter. */
function outlineName(text: string): string {
  if (NAME.test(text)) return text;
  const [, name = '', filter = '', sub = ''] = /^([^[\]]+)\[(.*)\](?:\.([\w$-]+))?$/s.exec(text.trim()) ?? [];
  if (!NAME.test(name)) return HIDDEN;
  return `${name}[${outlineFilter(filter)}]${sub === '' ? '' : `.${sub}`}`;
}

/** Words of SCIM's and ours that messages quote. */
const OURS = /^(?:add|remove|replace|members|value|primary|op|path|count|true|false|(?:a|de)scending)$/;

/**
 * What a refusal says, without what the client wrote, which stands in quotation marks or brackets there. Ids and `names`, as
 * `outlineBody` answers them, stay.
 */
export const outlineDetail = (detail: string, names: readonly string[]): string => {
  const known = new Set(names.flatMap((name) => name.split(' ')));
  return detail
    .replaceAll(/"((?:[^"\\]|\\.)*)(?:"|$)/gs, (quoted, text: string) =>
      UUID.test(text) || OURS.test(text) || known.has(text) ? quoted : `"${HIDDEN}"`,
    )
    .replaceAll(/\[(?!\d+\])[^\]]*\]/g, `[${HIDDEN}]`);
};
