import { compileMapping, NO_RULES, type Mapping, type MappingRules } from '../directory/mapping.js';
import { NO_DECLARATIONS } from '../scim/declarations/declarations.js';
import { compileTypes } from '../scim/declarations/compile.js';
import type { ResourceType } from '../scim/schema.js';
import { USER } from '../scim/schemas/index.js';
import type { Directory } from './registry.js';

/** The directory's user type, with the extensions that it declares. */
export const userTypeOf = ({ declarations = NO_DECLARATIONS }: Directory): ResourceType =>
  userTypeIn(compileTypes(declarations));

const userTypeIn = (types: readonly ResourceType[]): ResourceType =>
  types.find(({ name }) => name === USER.name) ?? USER;

/** The rules of a directory's mapping, or of another mapping for it; `types` are those of the directory, where they are known. */
export function rulesOf(
  directory: Directory,
  types?: readonly ResourceType[],
  mapping: Mapping | undefined = directory.mapping,
): MappingRules {
  if (mapping === undefined) return NO_RULES;
  return compileMapping(mapping, types === undefined ? userTypeOf(directory) : userTypeIn(types));
}
