import type { Attributes, AttributeValue } from './attributes.js';
import { oncePer } from './once-per.js';
import { ownAttributes, type AttributePath } from './path.js';
import type { Attribute, ResourceType } from './schema.js';
import { isComplex, listOf } from './values.js';

/** Answers the paths of a type's attributes and sub-attributes, relations aside, that fit; remembered for each type. */
export const pathsWhere = (
  fits: (path: AttributePath) => boolean,
): ((type: ResourceType) => readonly AttributePath[]) => oncePer((type) => everyPath(type).filter(fits));

const everyPath = (type: ResourceType): AttributePath[] => [
  ...pathsIn(ownAttributes(type), undefined),
  ...type.extensions.flatMap(({ schema }) => pathsIn(schema.attributes, schema.id)),
];

const pathsIn = (attributes: readonly Attribute[], extension: string | undefined): AttributePath[] =>
  attributes
    .filter(({ relation }) => relation === undefined)
    .flatMap((attribute) =>
      [undefined, ...(attribute.subAttributes ?? [])].map((sub) => ({ kind: 'attribute', extension, attribute, sub })),
    );

/** The resource itself, or the extension that the path leads into; undefined when the resource has none of its attributes. */
export function containerAt(attributes: Attributes, { extension }: AttributePath): Attributes | undefined {
  const container = extension === undefined ? attributes : attributes[extension];
  return isComplex(container) ? container : undefined;
}

/** The values at a path: of a sub-attribute, those of all values of its attribute. */
export function valuesAt(attributes: Attributes, path: AttributePath): readonly AttributeValue[] {
  const { attribute, sub } = path;
  const values = listOf(containerAt(attributes, path)?.[attribute.name]);
  return sub === undefined ? values : values.flatMap((value) => (isComplex(value) ? listOf(value[sub.name]) : []));
}
