import * as z from 'zod';
import type { JsonSchema } from '../../../shared/events/json-schema.js';
import { version } from '../../../shared/runtime/version.js';
import { ANSWER_HEADERS, type AnswerHeader, type Operation } from '../operation.js';
import { PROBLEM_CODES, statusOf, Problem, type ProblemCode } from '../problem.js';
import { isPublic, type Route } from '../routes.js';
import { exampleOf } from './example.js';
import { PROBES, PROBES_TAG } from './probes.js';

/** The part of OpenAPI 3.1 that is used here. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, PathOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, ApiResponse>>;
    readonly headers: Readonly<Record<string, Header>>;
    readonly securitySchemes: object;
  };
}

export interface PathOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ApiResponse | Reference>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface ApiResponse {
  readonly description: string;
  readonly headers: Readonly<Record<string, Reference>>;
  readonly content?: Content;
}

interface MediaType {
  readonly schema: JsonSchema;
  readonly example: unknown;
}
export type Content = Readonly<Record<string, MediaType>>;
interface Header {
  readonly description: string;
  readonly schema: JsonSchema;
}
interface Reference {
  readonly $ref: string;
}

/** Of objects in answers. `open`: later versions may add fields, and clients ignore those. `closed`: every field is one that is known. */
type Fields = 'open' | 'closed';

const DESCRIPTION = `Organizations, directories, endpoints, events and deliveries of Rollcall. Lists answer \`{data, nextCursor}\`:
pass the cursor as \`after\`. Every refusal is a problem document (RFC 9457) with a stable \`type\`.`;

/** The OpenAPI 3.1 document of these routes. */
export function openApi(routes: readonly Route[], fields: Fields = 'open'): OpenApi {
  const schemas = new Map<string, JsonSchema>();
  const write = createWriter(schemas, fields);
  const paths: Record<string, Record<string, PathOperation>> = {};
  for (const route of routes) {
    const path = (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {});
    path[route.method.toLowerCase()] = describe(route, write);
  }
  const responses = Object.fromEntries(PROBLEM_STATUSES.map((status) => [`Problem${status}`, refusal(status, write)]));
  return {
    openapi: '3.1.0',
    info: { title: 'Rollcall management API', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: [...new Set([...routes.map(({ tag }) => tag), PROBES_TAG])].map((name) => ({ name })),
    paths: { ...paths, ...PROBES },
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      headers: HEADERS,
      securitySchemes: { adminKey: { type: 'http', scheme: 'bearer', description: 'An admin key' } },
    },
  };
}

/** Writes a schema as JSON Schema; those that have an `id` become components. */
interface Writer {
  (schema: z.ZodType, direction: 'request' | 'answer'): JsonSchema;
  readonly example: (schema: JsonSchema) => unknown;
}

function createWriter(schemas: Map<string, JsonSchema>, fields: Fields): Writer {
  const write = (schema: z.ZodType, direction: 'request' | 'answer'): JsonSchema => {
    const {
      $schema: _,
      $defs = {},
      ...written
    } = JSON.parse(
      JSON.stringify(
        z.toJSONSchema(schema, {
          io: direction === 'answer' && fields === 'closed' ? 'output' : 'input',
          // What zod cannot say, its `meta` does.
          unrepresentable: 'any',
          override({ zodSchema, jsonSchema }) {
            // The format says the same in a word.
            if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
            // Which zod leaves out where a value is transformed.
            const { examples } = z.globalRegistry.get(zodSchema) ?? {};
            if (Array.isArray(examples)) jsonSchema.examples = examples;
            if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
          },
        }),
      ).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, { id: _id, ...definition }] of Object.entries($defs)) schemas.set(name, definition);
    return written;
  };
  return Object.assign(write, { example: (schema: JsonSchema) => exampleOf(schema, schemas) });
}

function describe(route: Route, write: Writer): PathOperation {
  const { operation, tag } = route;
  const { id, summary, description, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: isPublic(route) ? [] : [{ adminKey: [] }],
    parameters: [
      ...parameters('path', operation.path, write),
      ...parameters('query', operation.query, write),
      ...parameters('header', headersOfRequest(route), write),
    ],
    ...(body !== undefined && { requestBody: requestBody(body, write) }),
    responses: {
      ...answers(operation, isPublic(route), write),
      ...Object.fromEntries(
        refusalsOf(route).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

function parameters(where: Parameter['in'], shape: z.ZodRawShape = {}, write: Writer): Parameter[] {
  const { properties = {}, required = [] } = write(z.object(shape), 'request');
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, { description, ...schema }]) => ({
    name: where === 'header' ? headerName(name) : name,
    in: where,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** What any operation of that kind takes, and what this one declares. */
const headersOfRequest = (route: Route): z.ZodRawShape => ({
  ...route.operation.headers,
  ...(isDoneOnce(route) && { 'idempotency-key': idempotencyKey }),
});

const isDoneOnce = ({ method, operation: { isKept = true } }: Route): boolean => method === 'POST' && isKept;

const headerName = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());

function requestBody(body: z.ZodObject, write: Writer): NonNullable<PathOperation['requestBody']> {
  const schema = write(body, 'request');
  return {
    required: (schema.required ?? []).length > 0,
    content: { 'application/json': { schema, example: write.example(schema) } },
  };
}

const SUCCESSES: Readonly<Record<string, string>> = {
  200: 'Done, and what there is now',
  201: 'Created',
  202: 'Accepted: it goes on in the background',
  204: 'Done',
};

function answers({ answers }: Operation, isOpen: boolean, write: Writer): Record<string, ApiResponse> {
  const all = Object.entries(answers).map(([status, answer]): [string, ApiResponse] => {
    const headers = headersOf(isOpen, answer?.headers ?? []);
    const description = SUCCESSES[status] ?? '';
    if (answer === null) return [status, { description, headers }];
    const types = answer.kind === 'json' ? { 'application/json': answer.schema } : answer.types;
    const content = Object.entries(types).map(([type, schema]) => [
      type,
      mediaType(type, write(schema, 'answer'), write),
    ]);
    return [status, { description, headers, content: Object.fromEntries(content) as Content }];
  });
  return Object.fromEntries(all);
}

/** Of lines, the schema says what each one is. */
function mediaType(type: string, schema: JsonSchema, write: Writer): MediaType {
  const example = write.example(schema);
  if (type !== 'application/x-ndjson') return { schema, example };
  const description = 'Lines, each a JSON object of the content schema';
  const lines = {
    type: 'string',
    description,
    contentMediaType: 'application/json',
    contentSchema: schema,
  } as JsonSchema;
  return { schema: lines, example: `${JSON.stringify(example)}\n` };
}

const HEADERS: Readonly<Record<string, Header>> = {
  'X-Request-Id': {
    description: 'Names the request; problems and log lines tell the same name',
    schema: { type: 'string' },
  },
  ETag: { description: 'The version, for `If-Match`', schema: { type: 'string' } },
  Location: { description: 'Where it is', schema: { type: 'string' } },
  'Content-Disposition': { description: 'A name for the file', schema: { type: 'string' } },
  'Cache-Control': { description: 'How long it stays the same', schema: { type: 'string' } },
  'Content-Security-Policy': { description: 'What the page may load: nothing', schema: { type: 'string' } },
  'X-Accel-Buffering': { description: 'Asks proxies to pass it on at once', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'string' } },
  'WWW-Authenticate': { description: 'How to authenticate', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'Requests (`q`) in a time of so many seconds (`w`)', schema: { type: 'string' } },
  RateLimit: {
    description: 'Requests that are left (`r`), all again in so many seconds (`t`)',
    schema: { type: 'string' },
  },
};

const referTo = (names: readonly string[]): Record<string, Reference> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const headersOf = (isOpen: boolean, own: readonly AnswerHeader[]): Record<string, Reference> =>
  referTo([
    'X-Request-Id',
    ...(isOpen ? [] : ['RateLimit-Policy', 'RateLimit']),
    ...own.map((header) => ANSWER_HEADERS[header]),
  ]);

/** What any operation of that kind can answer, and what this one declares. */
function refusalsOf(route: Route): number[] {
  const { path, headers = {}, body, refusals = [] } = route.operation;
  const codes: ProblemCode[] = [
    ...(['malformed-request', 'validation', 'internal'] as const),
    ...(isPublic(route) ? [] : (['unauthorized', 'forbidden', 'too-many-requests'] as const)),
    ...(isDoneOnce(route) ? (['conflict', 'idempotency-mismatch'] as const) : []),
    ...(path === undefined ? [] : (['not-found'] as const)),
    ...('if-match' in headers ? (['precondition-failed'] as const) : []),
    ...(body === undefined ? [] : (['too-large', 'unsupported-media-type'] as const)),
    ...refusals,
  ];
  return [...new Set(codes.map(statusOf))].sort((a, b) => a - b);
}

const idempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/)
  .optional()
  .meta({ description: 'Done once: for 24 hours, the same request with the same key gets the first answer again' });

const PROBLEM_STATUSES = [...new Set(PROBLEM_CODES.map(statusOf))].sort((a, b) => a - b);

const OF_PROBLEMS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

function refusal(status: number, write: Writer): ApiResponse {
  const codes = PROBLEM_CODES.filter((code) => statusOf(code) === status);
  const type = z.enum(codes.map((code) => `urn:rollcall:problem:${code}`));
  const schema = write(problem.extend({ type, status: z.literal(status) }), 'answer');
  const examples = codes.map((code) =>
    new Problem(code, 'What is wrong, and how to mend it.').body('01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55'),
  );
  return {
    description: codes.map((code) => new Problem(code, '').body('').title).join('; '),
    headers: referTo(['X-Request-Id', ...(OF_PROBLEMS[status] ?? [])]),
    content: { 'application/problem+json': { schema, example: examples[0] } },
  };
}

const problem = z.object({
  type: z.string().meta({ description: 'Stable: what programs look at' }),
  title: z.string().meta({ description: 'The same for every problem of the type' }),
  status: z.int().meta({ description: 'The HTTP status' }),
  detail: z.string().meta({ description: 'What is wrong here, and how to mend it' }),
  requestId: z.string().meta({ description: 'As in the header `X-Request-Id`' }),
  errors: z
    .array(z.object({ field: z.string(), message: z.string().meta({ description: 'Completes “<field> …”' }) }))
    .optional()
    .meta({ description: 'Each field that is wrong' }),
});
