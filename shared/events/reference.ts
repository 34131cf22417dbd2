import { EVENT_TYPES, type EventType } from './event.js';
import { eventJsonSchema, itemsOf, propertiesOf, type JsonSchema } from './json-schema.js';

const INTRODUCTION = `# Events

A webhook's body, the value of a Kafka record, and an item of \`GET /v1/events\` are the same bytes: a JSON object whose \`type\` says
what its \`data\` is; [operational events](#operational-events) are webhooks alone. The JSON Schema of each type is at
\`/schemas/events/<type>.json\`, all of them are listed at \`/schemas/events/index.json\`; TypeScript types and this page come from the
same source. A later version may add fields, and types.

A field that is not there is null, never left out; only \`previous\` leaves out what has not changed. Deleting a user or a group ends its
memberships without further events. Times are ISO 8601, UTC, with milliseconds.

The schemas describe an event as it is made. Once a user's personal data is erased, the \`data\` of its events is \`{"id", "erased": true}\`
without \`previous\`, and as a member it has null for all but \`id\` and \`type\`, and \`"erased": true\`: look for \`data.erased\` first.

This page is the output of \`rollcall events\`.
`;

const OPERATIONAL = `## Operational events

They tell operators of endpoints and deliveries, and are of no directory's chain: neither the Kafka topic nor \`GET /v1/events\` has them.
An endpoint gets those that its \`eventTypes\` name, by type or subject (\`delivery.parked\`, \`endpoint.*\`): neither \`*\` nor an empty list
takes them in. Its scope must have all that the event concerns: an endpoint of an organization is told of deliveries of that
organization's directories, and of endpoints that are bound to it or to one of them. Nothing is told to the endpoint that it is about, and a
parked delivery of an operational event is not told of.

They come at least once, in no order: \`timestamp\` says when it happened. An endpoint that is enabled and disabled again before the first
time could be told of is told of once.`;

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
    OPERATIONAL,
    table(fieldsOf(propertiesOf(eventJsonSchema('endpoint.disabled')), ['data'])),
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

/** Every type with what it means, for programs. */
export const eventList = (): object[] =>
  EVENT_TYPES.map((type) => ({
    type,
    description: descriptionOf(eventJsonSchema(type)),
    schema: eventJsonSchema(type),
  }));

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
  disabled: 'endpoint.disabled',
  parked: 'delivery.parked',
} as const satisfies Record<string, EventType>;

function shapeOf(type: EventType): string {
  const fields = Object.keys(propertiesOf(dataOf(type))).join();
  const found = Object.entries(SHAPES).find(
    ([, example]) => Object.keys(propertiesOf(dataOf(example))).join() === fields,
  );
  return found?.[0] ?? '';
}

type Properties = Readonly<Record<string, JsonSchema>>;

const dataOf = (type: EventType): JsonSchema | undefined => propertiesOf(eventJsonSchema(type))['data'];
const descriptionOf = (schema: JsonSchema): string => schema.description ?? '';

const section = (title: string, rows: readonly string[]): string => [`## ${title}`, '', table(rows)].join('\n');

const table = (rows: readonly string[]): string =>
  ['| Field | Value | Meaning |', '| --- | --- | --- |', ...rows].join('\n');

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
  if (schema.anyOf !== undefined) return schema.anyOf.map(valueOf).join(' or ');
  return [schema.type ?? 'any'].flat().join(' or ');
}
