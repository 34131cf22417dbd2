import { RESOURCE_TYPES } from '../schemas/index.js';
import { BUILT_IN_URNS } from './check-schema.js';
import { sameName, type DeclarationError, type Declarations, type ResourceTypeDeclaration } from './declarations.js';

const NAME = /^[a-z][a-z0-9_-]{0,63}$/i;
const ENDPOINT = /^\/[a-z][a-z0-9_-]{0,63}$/i;
/** Paths of the service provider itself (RFC 7644 section 3.2). */
const OWN_ENDPOINTS = ['/Schemas', '/ResourceTypes', '/ServiceProviderConfig', '/Bulk', '/Me'];

/** The built-in resource type of that name. */
export const builtInType = (name: string) => RESOURCE_TYPES.find((type) => sameName(type.name, name));

/** Everything that is wrong with a resource type among the directory's other declarations. */
export const checkResourceType = (type: ResourceTypeDeclaration, declarations: Declarations): DeclarationError[] => [
  ...(builtInType(type.name) === undefined ? checkNewType(type, declarations) : checkBuiltIn(type)),
  ...checkExtensions(type, declarations),
];

function checkNewType(type: ResourceTypeDeclaration, { schemas, resourceTypes }: Declarations): DeclarationError[] {
  const errors: DeclarationError[] = [];
  const wrong = (field: string, message: string): void => void errors.push({ field, message });
  const others = resourceTypes.filter(({ name }) => !sameName(name, type.name));
  if (!NAME.test(type.name)) wrong('name', 'must be a letter and then up to 63 letters, digits, "-" or "_"');
  const taken = [...OWN_ENDPOINTS, ...[...RESOURCE_TYPES, ...others].map(({ endpoint }) => endpoint)];
  if (!ENDPOINT.test(type.endpoint)) {
    wrong('endpoint', 'must be a slash, a letter and up to 63 letters, digits, "-" or "_", such as /Devices');
  } else if (taken.some((endpoint) => sameName(endpoint, type.endpoint))) {
    wrong('endpoint', `is taken, whatever its case; choose one that is not among ${taken.join(', ')}`);
  }
  if (!schemas.some(({ id }) => id === type.schema)) {
    wrong('schema', `names no declared schema; PUT ${type.schema} to …/schemas first, and spell it as it is there`);
  }
  return errors;
}

/** Of User and Group nothing may be changed but the extensions. */
function checkBuiltIn(type: ResourceTypeDeclaration): DeclarationError[] {
  const builtIn = builtInType(type.name);
  if (builtIn === undefined) return [];
  const { name, endpoint, description } = builtIn;
  const fixed = [
    ['name', type.name, name],
    ['endpoint', type.endpoint, endpoint],
    ['description', type.description, description],
    ['schema', type.schema, builtIn.schema.id],
  ] as const;
  return fixed
    .filter(([, actual, expected]) => actual !== expected)
    .map(([field, , expected]) => ({
      field,
      message: `must be ${JSON.stringify(expected)}: of ${name}, schemaExtensions alone can be changed`,
    }));
}

function checkExtensions(type: ResourceTypeDeclaration, { schemas }: Declarations): DeclarationError[] {
  const builtIn = builtInType(type.name)?.extensions.map(({ schema }) => schema.id) ?? [];
  return type.schemaExtensions.flatMap(({ schema, required }, index) => {
    const wrong = (field: string, message: string): DeclarationError[] => [
      { field: `schemaExtensions.${index}.${field}`, message },
    ];
    if (type.schemaExtensions.findIndex((other) => sameName(other.schema, schema)) < index) {
      return wrong('schema', 'is there twice; leave one out');
    }
    if (sameName(schema, type.schema)) return wrong('schema', "is the type's own schema; leave it out");
    if (builtIn.includes(schema)) return required ? wrong('required', 'must be false of a built-in extension') : [];
    if (BUILT_IN_URNS.some((urn) => sameName(urn, schema))) {
      return wrong('schema', 'is a built-in schema of another resource type; leave it out');
    }
    if (schemas.some(({ id }) => id === schema)) return [];
    return wrong('schema', `names no declared schema; PUT ${schema} to …/schemas first, and spell it as it is there`);
  });
}
