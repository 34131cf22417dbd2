import type { Attribute, ResourceType, Schema } from '../schema.js';
import { RESOURCE_TYPES } from '../schemas/index.js';
import { builtInType } from './check-resource-type.js';
import type { Declarations, ResourceTypeDeclaration } from './declarations.js';

/**
 * The resource types of a directory: the built-in ones with their declared extensions, then the declared ones. Without
 * declarations, the built-in ones themselves, the same for every directory. Declarations were checked when they were made.
 */
export function compileTypes({ schemas, resourceTypes }: Declarations): readonly ResourceType[] {
  if (resourceTypes.length === 0) return RESOURCE_TYPES;
  const compiled = new Map(schemas.map((schema) => [schema.id, compileSchema(schema)]));
  const extensionsOf = ({ schemaExtensions }: ResourceTypeDeclaration): ResourceType['extensions'] =>
    schemaExtensions.flatMap(({ schema: urn, required }) => {
      const schema = compiled.get(urn);
      return schema === undefined ? [] : [{ schema, required }];
    });
  const builtIn = RESOURCE_TYPES.map((type) => {
    const declared = resourceTypes.find(({ name }) => name === type.name);
    return declared === undefined ? type : { ...type, extensions: [...type.extensions, ...extensionsOf(declared)] };
  });
  const own = resourceTypes.flatMap((declared): ResourceType[] => {
    const schema = compiled.get(declared.schema);
    if (schema === undefined || builtInType(declared.name) !== undefined) return [];
    const { name, endpoint, description } = declared;
    return [{ name, endpoint, description, schema, extensions: extensionsOf(declared) }];
  });
  return [...builtIn, ...own];
}

/** A resource type as its declaration has it, and discovery. */
export const describeType = ({ name, endpoint, description, schema, extensions }: ResourceType) => ({
  name,
  endpoint,
  description,
  schema: schema.id,
  schemaExtensions: extensions.map((extension) => ({ schema: extension.schema.id, required: extension.required })),
});

const compileSchema = (schema: Schema): Schema => ({ ...schema, attributes: schema.attributes.map(compileAttribute) });

/** What must be unique is looked up by an index key. */
const compileAttribute = ({ subAttributes, ...attribute }: Attribute): Attribute => ({
  ...attribute,
  ...(attribute.uniqueness === 'none' ? {} : { indexed: true }),
  ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(compileAttribute) }),
});
