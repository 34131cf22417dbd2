import { EVENT_TYPES, OPERATIONAL_TYPES, type EventType } from './event.js';
import { eventJsonSchema, itemsOf, propertiesOf, type JsonSchema } from './json-schema.js';

const INTRODUCTION = `/**
 * The events of webhooks, of the Events API and of the Kafka topic, as types that need nothing else. This file is the output of
 * \`rollcall events --types\`.
 */
/* eslint max-lines: "off" */
`;

/** The shapes that have a name, each found in an event: what others are made of first. */
const SHAPES: readonly (readonly [name: string, find: (data: (type: EventType) => JsonSchema) => JsonSchema])[] = [
  ['Contact', (data) => itemsOf(propertiesOf(data('user.created'))['emails'])],
  ['User', (data) => data('user.created')],
  ['Group', (data) => data('group.created')],
  ['Member', (data) => itemsOf(propertiesOf(data('group.members_added'))['members'])],
  ['Membership', (data) => data('group.members_added')],
  ['Resource', (data) => data('resource.created')],
  ['Directory', (data) => data('directory.activated')],
  ['HoldEnded', (data) => data('directory.released')],
];

/** Every event as a TypeScript type, from the same source as the published JSON Schemas. */
export function eventTypes(): string {
  const schemas = new Map(EVENT_TYPES.map((type) => [type, eventJsonSchema(type)]));
  const named = new Map<string, string>();
  const shapes = SHAPES.map(([name, find]) => {
    const schema = find((type) => propertiesOf(schemas.get(type))['data'] ?? {});
    const body = print(schema, named, 0);
    named.set(body, name);
    return `export interface ${name} ${body}\n`;
  });
  const isOperational = (type: EventType): boolean => OPERATIONAL_TYPES.includes(type);
  const entries = [...schemas];
  return [
    INTRODUCTION,
    ...shapes,
    ...printUnion(
      'DirectoryEvent',
      'What every event of a directory has.',
      entries.filter(([type]) => !isOperational(type)),
      named,
    ),
    ...printUnion(
      'OperationalEvent',
      'What every event has that tells operators of endpoints and deliveries.',
      entries.filter(([type]) => isOperational(type)),
      named,
    ),
    '/** Discriminated by `type`. A later version may add types: let a `default` branch ignore them. */\nexport type WebhookEvent = DirectoryEvent | OperationalEvent;\n',
  ].join('\n');
}

/** Events with what they have in common as an interface of its own, and their union. */
function printUnion(
  union: string,
  description: string,
  schemas: readonly (readonly [EventType, JsonSchema])[],
  named: ReadonlyMap<string, string>,
): string[] {
  const envelope = union.replace('Event', 'Envelope');
  const common = commonOf(schemas.map(([, schema]) => schema));
  const events = schemas.map(([type, schema]) => {
    const own = { ...schema, properties: without(propertiesOf(schema), Object.keys(propertiesOf(common))) };
    const body = printFields(own, named, 0);
    return `/** ${schema.description ?? ''} */\nexport interface ${nameOf(type)} extends ${envelope} ${body}\n`;
  });
  return [
    `/** ${description} */\nexport interface ${envelope} ${printFields(common, named, 0)}\n`,
    ...events,
    printAlternatives(
      union,
      schemas.map(([type]) => nameOf(type)),
    ),
  ];
}

/** As Prettier breaks lines. */
function printAlternatives(name: string, alternatives: readonly string[]): string {
  const line = `export type ${name} = ${alternatives.join(' | ')};\n`;
  return line.length <= 120 ? line : `export type ${name} =${alternatives.map((one) => `\n  | ${one}`).join('')};\n`;
}

/** The fields that all of them have alike. */
function commonOf(schemas: readonly JsonSchema[]): JsonSchema {
  const [first, ...others] = schemas.map(propertiesOf);
  const alike = Object.entries(first ?? {}).filter(([name, schema]) =>
    others.every((properties) => JSON.stringify(properties[name]) === JSON.stringify(schema)),
  );
  return { type: 'object', properties: Object.fromEntries(alike), required: alike.map(([name]) => name) };
}

const without = (properties: Properties, names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

const nameOf = (type: EventType): string =>
  `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`;

type Properties = Readonly<Record<string, JsonSchema>>;

/** A schema as a type; one that has a name by its name. */
function print(schema: JsonSchema, named: ReadonlyMap<string, string>, depth: number): string {
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  const alternatives = schema.anyOf ?? [];
  if (alternatives.length > 0) return alternatives.map((one) => print(one, named, depth)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => print({ type }, named, depth)).join(' | ');
  switch (schema.type) {
    case 'array':
      return `readonly ${inList(print(itemsOf(schema), named, depth))}[]`;
    case 'object':
      if (schema.properties === undefined) return 'Readonly<Record<string, unknown>>';
      // A shape is known by how it is printed on its own.
      return named.get(printFields(schema, named, 0)) ?? printFields(schema, named, depth);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      return 'unknown';
  }
}

function printFields(schema: JsonSchema, named: ReadonlyMap<string, string>, depth: number): string {
  const required = new Set(schema.required ?? []);
  const indent = '  '.repeat(depth + 1);
  const fields = Object.entries(propertiesOf(schema)).map(([name, field]) => {
    const comment = field.description === undefined ? '' : `${indent}/** ${field.description} */\n`;
    return `${comment}${indent}readonly ${name}${required.has(name) ? '' : '?'}: ${print(field, named, depth + 1)};\n`;
  });
  return `{\n${fields.join('')}${'  '.repeat(depth)}}`;
}

const literal = (value: unknown): string => `'${String(value)}'`;
const inList = (type: string): string => (/[ |]/.test(type) && !type.startsWith('{') ? `(${type})` : type);
