import { EVENT_TYPES, type EventType } from './event.js';
import { eventJsonSchema, type JsonSchema } from './json-schema.js';

const INTRODUCTION = `# Events

A webhook's body, the value of a Kafka record, and an item of \`GET /v1/events\` are the same bytes: a JSON object whose \`type\` says
what its \`data\` is. The JSON Schema of each type is at \`/schemas/events/<type>.json\`, all of them are listed at
\`/schemas/events/index.json\`; TypeScript types and this page come from the same source. A later version may add fields, and types.

A field that is not there is null, never left out; only \`previous\` leaves out what has not changed. Deleting a user or a group ends its
memberships without further events. Times are ISO 8601, UTC, with milliseconds.

The schemas describe an event as it is made. Once a user's personal data is erased, the \`data\` of its events is \`{"id", "erased": true}\`
without \`previous\`, and as a member it has null for all but \`id\` and \`type\`, and \`"erased": true\`: look for \`data.erased\` first.

This page is the output of \`rollcall events\`.
`;

/** Every event as a Markdown page. Checked in as docs/events.md. */
export function eventReference(): string {
  const memberships = propertiesOf(dataOf(SHAPES.memberships));
  const member = propertiesOf(itemsOf(memberships['members']));
  const types = EVENT_TYPES.map(
    (type) => `| \`${type}\` | ${descriptionOf(eventJsonSchema(type))} | ${shapeOf(type)} |`,
  );
  return [
    INTRODUCTION.trimEnd(),
    ['| Type | Meaning | `data` |', '| --- | --- | --- |', ...types].join('\n'),
    section('Every event', fieldsOf(propertiesOf(eventJsonSchema('directory.activated')), ['data'])),
    `\`*.updated\` has \`previous\` too: the fields of \`data\` that have changed, as they were, null where there was nothing.`,
    ...Object.entries(SHAPES).map(([name, type]) =>
      section(
        `\`data\`: ${name}`,
        // Without the fields of the group, which has a section of its own.
        type === SHAPES.memberships
          ? [...Object.entries(memberships).map(rowOf), ...fieldsOf(member, [], 'members[].')]
          : fieldsOf(propertiesOf(dataOf(type))),
      ),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The shapes of `data`, each with a type that has it. */
const SHAPES = {
  user: 'user.created',
  group: 'group.created',
  memberships: 'group.members_added',
  resource: 'resource.created',
  directory: 'directory.activated',
  hold: 'directory.held',
  ended: 'directory.released',
  failing: 'directory.provisioning_failed',
} as const satisfies Record<string, EventType>;

function shapeOf(type: EventType): string {
  const fields = Object.keys(propertiesOf(dataOf(type))).join();
  const found = Object.entries(SHAPES).find(
    ([, example]) => Object.keys(propertiesOf(dataOf(example))).join() === fields,
  );
  return found?.[0] ?? '';
}

type Properties = Readonly<Record<string, JsonSchema>>;

const propertiesOf = (schema: JsonSchema | undefined): Properties => (schema?.properties ?? {}) as Properties;
const itemsOf = (schema: JsonSchema | undefined): JsonSchema => (schema?.items ?? {}) as JsonSchema;
const dataOf = (type: EventType): JsonSchema | undefined => propertiesOf(eventJsonSchema(type))['data'];
const descriptionOf = (schema: JsonSchema): string => schema.description ?? '';

const section = (title: string, rows: readonly string[]): string =>
  [`## ${title}`, '', '| Field | Value | Meaning |', '| --- | --- | --- |', ...rows].join('\n');

/** A row for each field, and for the fields of the objects and lists in it. */
function fieldsOf(properties: Properties, without: readonly string[] = [], path = ''): string[] {
  return Object.entries(properties)
    .filter(([name]) => !without.includes(name))
    .flatMap(([name, schema]) => [
      rowOf([`${path}${name}`, schema]),
      ...fieldsOf(propertiesOf(schema), [], `${path}${name}.`),
      ...fieldsOf(propertiesOf(itemsOf(schema)), [], `${path}${name}[].`),
    ]);
}

const rowOf = ([name, schema]: readonly [string, JsonSchema]): string =>
  `| \`${name}\` | ${valueOf(schema)} | ${descriptionOf(schema)} |`;

function valueOf(schema: JsonSchema): string {
  if (schema.type === 'array') return 'list';
  if (schema.format === 'date-time') return 'time';
  return [schema.type ?? 'any'].flat().join(' or ');
}
