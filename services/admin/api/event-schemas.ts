import type { RequestHandler } from 'express';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import { eventJsonSchema } from '../../../shared/events/json-schema.js';
import type { AdminDeps } from '../deps.js';
import { Problem } from '../problem.js';

const INDEX = 'index.json';

/** The JSON Schema of each event type in a file of its own, and an index of them: public, and the same until the next version. */
export function eventSchemas({ publicUrl }: Pick<AdminDeps, 'publicUrl'>): RequestHandler {
  const urlOf = (file: string): string => `${publicUrl}/schemas/events/${file}`;
  const schemas = EVENT_TYPES.map((type) => {
    const file = `${type}.json`;
    return { type, file, schema: { $id: urlOf(file), ...eventJsonSchema(type) } };
  });
  const index = { data: schemas.map(({ type, file }) => ({ type, url: urlOf(file) })) };
  const files = new Map<string, string>([
    [INDEX, JSON.stringify(index)],
    ...schemas.map(({ file, schema }): [string, string] => [file, JSON.stringify(schema)]),
  ]);
  return (req, res) => {
    const file = String(req.params['file']);
    const text = files.get(file);
    if (text === undefined) {
      throw new Problem('not-found', `There is no schema ${JSON.stringify(file.slice(0, 100))}; see ${urlOf(INDEX)}.`);
    }
    res.setHeader('cache-control', 'public, max-age=3600');
    res.type(file === INDEX ? 'json' : 'application/schema+json').send(text);
  };
}
