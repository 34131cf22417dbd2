import { metaOf, relatedValues, relationsOf, type Relations, type ResourceFacts } from './messages.js';
import { oncePer } from './once-per.js';
import { assumedPaths } from './assumed.js';
import { pathsWhere } from './paths.js';
import { selectiveOf } from './projection.js';
import type { ResourceType } from './schema.js';

/** What is shown of a resource, its attributes as the JSON that `JSON.stringify` makes of them. */
export interface TextFacts extends Omit<ResourceFacts, 'attributes'>, Relations {
  readonly json: string;
}

/**
 * The JSON of what `renderResource` and the default projection make of a resource, without parsing its attributes only to write
 * them again, which is most of the time of a page. Undefined where they have to be looked at: some are to be hidden or assumed.
 */
export function resourceText(type: ResourceType, facts: TextFacts, baseUrl: string): string | undefined {
  const { json } = facts;
  const { schema, assumed, selective, extensions, isAmbiguous } = keysOf(type);
  const has = (key: string): boolean => json.includes(key);
  if (isAmbiguous || json === '{}' || !assumed.every(has) || selective.some(has)) return undefined;
  let schemas = schema;
  for (const { urn, key } of extensions) if (has(key)) schemas += `,${urn}`;
  let relations = '';
  for (const attribute of relationsOf(type)) {
    const values = relatedValues(attribute, facts, baseUrl);
    if (values.length > 0) relations += `"${attribute.name}":${JSON.stringify(values)},`;
  }
  const meta = JSON.stringify(metaOf(type, facts, baseUrl));
  return `{"schemas":[${schemas}],"id":"${facts.id}",${json.slice(1, -1)},${relations}"meta":${meta}}`;
}

/**
 * How keys stand in JSON. A text there cannot look like one, because its quotes are escaped; but a key may be that of a
 * sub-attribute: then what is hidden is looked for in vain, and what is assumed would be missed, if both can have the name.
 */
const keysOf = oncePer((type: ResourceType) => {
  const textOf = (name: string): string => JSON.stringify(name);
  const keyOf = (name: string): string => `${textOf(name)}:`;
  const assumed = assumedPaths(type).map(({ attribute }) => attribute.name);
  return {
    schema: textOf(type.schema.id),
    assumed: assumed.map(keyOf),
    selective: selectiveOf(type).map(({ name }) => keyOf(name)),
    extensions: type.extensions.map(({ schema }) => ({ urn: textOf(schema.id), key: keyOf(schema.id) })),
    isAmbiguous: innerPaths(type).some(({ attribute, sub }) => assumed.includes((sub ?? attribute).name)),
  };
});

const innerPaths = pathsWhere(({ extension, sub }) => extension !== undefined || sub !== undefined);
