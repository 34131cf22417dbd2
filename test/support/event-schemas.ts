import Ajv from 'ajv/dist/2020';
import { EVENT_TYPES } from '../../shared/events/event.js';
import { eventJsonSchema } from '../../shared/events/json-schema.js';

const ajv = new Ajv({ strict: true, validateFormats: false, allErrors: true });
const validators = new Map<string, ReturnType<typeof ajv.compile>>(
  EVENT_TYPES.map((type) => [type, ajv.compile(eventJsonSchema(type, 'closed'))]),
);

/** What is wrong with an event, by the schema of its type; no field may be there that the schema does not name. */
export function schemaProblems(event: unknown): string[] {
  const type = typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : '';
  const validate = validators.get(type);
  if (validate === undefined) return [`${type}: no such type`];
  if (validate(event) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [type, instancePath, message, JSON.stringify(params)].join(' '),
  );
}
