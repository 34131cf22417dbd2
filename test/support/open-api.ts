import Ajv from 'ajv/dist/2020';
import { ROUTES } from '../../services/admin/app.js';
import {
  openApi,
  type ApiResponse,
  type Content,
  type OpenApi,
  type PathOperation,
} from '../../services/admin/openapi/document.js';

/** The document, in which objects in answers have no fields but those that it names. */
export const document: OpenApi = openApi(ROUTES, 'closed');

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'https://rollcall.invalid/openapi.json', ...document });

/** What is wrong with a value, by the schema at that place in the document. */
export function problemsAt(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`https://rollcall.invalid/openapi.json#${pointer}`);
  if (validate === undefined) return [`${pointer}: there is no such schema`];
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [pointer, instancePath, message, JSON.stringify(params)].join(' '),
  );
}

/** As in a JSON pointer in a URI. */
export const pointerTo = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

interface Located {
  /** Such as `GET /v1/organizations/{id}`. */
  readonly name: string;
  readonly pointer: string;
  readonly operation: PathOperation;
}

export const operations: readonly Located[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    pointer: pointerTo('paths', path, method),
    operation,
  })),
);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What is wrong with an answer of an operation: its status, its media type, its headers or its body is not in the document. */
export function answerProblems({ pointer, operation }: Located, { status, headers, text }: Answer): string[] {
  const declared = operation.responses[String(status)];
  if (declared === undefined) return [`${operation.operationId}: the status ${status} is not in the document: ${text}`];
  const isReference = '$ref' in declared;
  const name = isReference ? declared.$ref.slice('#/components/responses/'.length) : '';
  const response = isReference ? document.components.responses[name] : declared;
  const place = isReference ? pointerTo('components', 'responses', name) : `${pointer}/responses/${status}`;
  if (response === undefined) return [`${name}: there is no such response`];
  return [...headerProblems(operation.operationId, response, headers), ...bodyProblems(place, response, headers, text)];
}

const headerProblems = (id: string, { headers: declared }: ApiResponse, headers: Headers): string[] =>
  ['etag', 'location', 'content-disposition', 'ratelimit']
    .filter((name) => headers.has(name) && !Object.keys(declared).some((one) => one.toLowerCase() === name))
    .filter((name) => !(name === 'ratelimit' && headers.get('content-type')?.includes('problem')))
    .map((name) => `${id}: the header ${name} is not in the document`);

function bodyProblems(place: string, { content }: ApiResponse, headers: Headers, text: string): string[] {
  const type = headers.get('content-type')?.split(';', 1)[0];
  if (content === undefined) return text === '' ? [] : [`${place}: there is a body`];
  if (type === undefined || content[type] === undefined) return [`${place}: ${String(type)} is not in the document`];
  const schema = `${place}${pointerTo('content', type, 'schema')}`;
  if (type === 'application/x-ndjson') {
    return text
      .trimEnd()
      .split('\n')
      .flatMap((line) => problemsAt(`${schema}/contentSchema`, JSON.parse(line)));
  }
  return problemsAt(schema, type.endsWith('json') ? JSON.parse(text) : text);
}

/** Each example in a document, with the place of its schema. */
export function examplesIn(content: Content | undefined, place: string): { pointer: string; example: unknown }[] {
  return Object.entries(content ?? {}).map(([type, { example }]) => {
    const schema = `${place}${pointerTo('content', type, 'schema')}`;
    return type === 'application/x-ndjson'
      ? { pointer: `${schema}/contentSchema`, example: JSON.parse(String(example)) }
      : { pointer: schema, example };
  });
}
