import { itemsOf, propertiesOf, type JsonSchema } from '../../../shared/events/json-schema.js';
import type { ApiResponse, Content, OpenApi, PathOperation } from './document.js';
import { nameOf } from './example.js';

/** What the document says, in the order and the words in which people read it: the reference and the page lay it out. */
export interface Outline {
  readonly title: string;
  readonly description: string;
  readonly parts: readonly { readonly name: string; readonly operations: readonly OperationOutline[] }[];
  readonly objects: readonly { readonly name: string; readonly description: string; readonly fields: readonly Row[] }[];
}

export interface OperationOutline {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly isPublic: boolean;
  readonly parameters: readonly Row[];
  readonly body: { readonly fields: readonly Row[]; readonly example: string } | undefined;
  readonly answers: readonly AnswerOutline[];
  /** Status and title of what it can be refused with. */
  readonly refusals: readonly { readonly status: string; readonly title: string }[];
}

interface AnswerOutline {
  readonly status: string;
  readonly description: string;
  /** By media type: what it is in a word, its fields where that has no name, and an example. */
  readonly contents: readonly {
    readonly type: string;
    readonly value: string;
    readonly fields: readonly Row[];
    readonly example: string;
  }[];
}

/** A parameter or a field. */
export interface Row {
  readonly name: string;
  readonly where: string;
  readonly isRequired: boolean;
  readonly value: string;
  readonly description: string;
}

export function outlineOf({ info, tags, paths, components }: OpenApi): Outline {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const { responses, schemas } = components;
  return {
    title: info.title,
    description: info.description,
    parts: tags.map(({ name }) => ({
      name,
      operations: all
        .filter(({ operation }) => operation.tags.includes(name))
        .map(({ method, path, operation }) => outlineOfOperation(method, path, operation, responses)),
    })),
    objects: Object.entries(schemas).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      fields: fieldsOf(schema),
    })),
  };
}

function outlineOfOperation(
  method: string,
  path: string,
  operation: PathOperation,
  shared: Readonly<Record<string, ApiResponse>>,
): OperationOutline {
  const { operationId: id, summary, description = '', security, parameters, requestBody } = operation;
  const [body] = Object.values(requestBody?.content ?? {});
  const responses = Object.entries(operation.responses);
  return {
    ...{ id, method, path, summary, description, isPublic: security.length === 0 },
    parameters: parameters.map(({ name, in: where, required, description: about = '', schema }) => {
      return { name, where, isRequired: required, value: valueOf(schema), description: about };
    }),
    body: body && { fields: fieldsOf(body.schema), example: JSON.stringify(body.example, null, 2) },
    answers: responses.flatMap(([status, answer]) =>
      '$ref' in answer ? [] : [{ status, description: answer.description, contents: contentsOf(answer.content) }],
    ),
    refusals: responses.flatMap(([status, answer]) =>
      '$ref' in answer ? [{ status, title: shared[nameOf(answer.$ref)]?.description ?? '' }] : [],
    ),
  };
}

const contentsOf = (content: Content = {}): AnswerOutline['contents'] =>
  Object.entries(content).map(([type, { schema, example }]) => ({
    type,
    value: valueOf(schema['contentSchema'] ?? schema),
    fields: fieldsOf(schema),
    example: typeof example === 'string' ? example : JSON.stringify(example, null, 2),
  }));

/** A row for each field, and for the fields of objects in it that have no name. */
function fieldsOf(schema: JsonSchema, path = ''): Row[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(propertiesOf(schema)).flatMap(([name, field]) => {
    const { description = '' } = field;
    const row = { name: path + name, where: '', isRequired: required.has(name), value: valueOf(field), description };
    return [row, ...fieldsOf(field, `${path}${name}.`), ...fieldsOf(itemsOf(field), `${path}${name}[].`)];
  });
}

/** What a value is, in a few words. */
function valueOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return schema.enum.length > 10 ? 'one of many texts' : schema.enum.map((one) => JSON.stringify(one)).join(', ');
  const alternatives = schema.anyOf ?? schema.oneOf ?? [];
  if (alternatives.length > 0 && schema.type === undefined) return alternatives.map(valueOf).join(' or ');
  if (schema.type === 'array') return `list of ${valueOf(itemsOf(schema))}`;
  if (schema.format === 'date-time') return 'time';
  if (schema.format === 'uuid') return 'id';
  const words = [schema.type ?? 'any']
    .flat()
    .map((type) => (type === 'string' ? 'text' : type))
    .join(' or ');
  return words + limitsOf(schema);
}

function limitsOf({ minimum, maximum, maxLength, default: byDefault }: JsonSchema): string {
  const range = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return [
    range ? `, ${minimum} to ${maximum}` : '',
    maxLength === undefined ? '' : `, up to ${maxLength} characters`,
    byDefault === undefined ? '' : `, else ${JSON.stringify(byDefault)}`,
  ].join('');
}
