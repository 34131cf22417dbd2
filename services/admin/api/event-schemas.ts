import * as z from 'zod';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import { eventJsonSchema } from '../../../shared/events/json-schema.js';
import { operation, written } from '../operation.js';
import { Problem } from '../problem.js';

const INDEX = 'index.json';
/** They are the same until the next version. */
const CACHING = 'public, max-age=3600';

const index = z.object({ data: z.array(z.object({ type: z.string(), url: z.string() })) }).meta({
  examples: [
    { data: [{ type: 'user.created', url: 'https://directory.example.com/schemas/events/user.created.json' }] },
  ],
});
const schema = z.record(z.string(), z.unknown()).meta({ description: 'A JSON Schema of draft 2020-12' });

/** The JSON Schema of each event type in a file of its own, and an index of them. */
export const eventSchemas = operation({
  id: 'getEventSchema',
  summary: 'Read the JSON Schema of an event type, or the index of all',
  path: { file: z.string().meta({ description: '`index.json`, or `<event type>.json`', examples: [INDEX] }) },
  answers: { 200: written({ 'application/json': index, 'application/schema+json': schema }, 'caching') },
}).by(async ({ deps: { publicUrl }, path: { file } }) => {
  const urlOf = (name: string): string => `${publicUrl}/schemas/events/${name}`;
  if (file === INDEX) {
    const data = EVENT_TYPES.map((type) => ({ type, url: urlOf(`${type}.json`) }));
    return { status: 200, type: 'application/json', text: JSON.stringify({ data }), caching: CACHING };
  }
  const type = EVENT_TYPES.find((one) => `${one}.json` === file);
  if (type === undefined) {
    throw new Problem('not-found', `There is no schema ${JSON.stringify(file.slice(0, 100))}; see ${urlOf(INDEX)}.`);
  }
  const text = JSON.stringify({ $id: urlOf(file), ...eventJsonSchema(type) });
  return { status: 200, type: 'application/schema+json', text, caching: CACHING };
});
