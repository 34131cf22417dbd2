import type { Attributes, AttributeValue } from './attributes.js';
import { foldCase } from './filter/compare.js';
import { ownAttributes, printPath, type AttributePath } from './path.js';
import type { Attribute, ResourceType } from './schema.js';
import { isComplex, listOf } from './values.js';

/** A value that must be unique among resources of the type, and the index key that tells who bears it. */
export interface UniqueKey {
  readonly attribute: string;
  readonly value: string;
  readonly key: string;
}

/** The index keys of a resource: one for each value of each indexed attribute. */
export const indexKeys = (type: ResourceType, attributes: Attributes): string[] => [
  ...new Set(indexedPaths(type).flatMap((path) => textsAt(attributes, path).map((text) => indexKey(path, text)))),
];

/** `<path>:<value>`, with the value as it is compared. */
export const indexKey = (path: AttributePath, text: string): string =>
  `${printPath(path)}:${foldCase(path.sub ?? path.attribute, text)}`;

/** The values whose uniqueness the client's attributes must keep; `id`, unique too, is ours. */
export const uniqueKeys = (type: ResourceType, attributes: Attributes): UniqueKey[] =>
  indexedPaths(type)
    .filter(({ attribute, sub }) => (sub ?? attribute).uniqueness !== 'none')
    .flatMap((path) =>
      textsAt(attributes, path).map((value) => ({ attribute: printPath(path), value, key: indexKey(path, value) })),
    );

function indexedPaths(type: ResourceType): readonly AttributePath[] {
  const known = INDEXED.get(type);
  if (known !== undefined) return known;
  const paths = [
    ...indexedIn(ownAttributes(type), undefined),
    ...type.extensions.flatMap(({ schema }) => indexedIn(schema.attributes, schema.id)),
  ];
  INDEXED.set(type, paths);
  return paths;
}

const INDEXED = new WeakMap<ResourceType, readonly AttributePath[]>();

const indexedIn = (attributes: readonly Attribute[], extension: string | undefined): AttributePath[] =>
  attributes.flatMap((attribute) => [
    ...(attribute.indexed === true ? [attributePath(extension, attribute, undefined)] : []),
    ...(attribute.subAttributes ?? [])
      .filter(({ indexed }) => indexed === true)
      .map((sub) => attributePath(extension, attribute, sub)),
  ]);

const attributePath = (
  extension: string | undefined,
  attribute: Attribute,
  sub: Attribute | undefined,
): AttributePath => ({ kind: 'attribute', extension, attribute, sub });

function textsAt(attributes: Attributes, { extension, attribute, sub }: AttributePath): string[] {
  const container: AttributeValue | undefined = extension === undefined ? attributes : attributes[extension];
  const values = listOf(isComplex(container) ? container[attribute.name] : undefined);
  const leaves = sub === undefined ? values : values.map((value) => (isComplex(value) ? value[sub.name] : undefined));
  return leaves.filter((value) => typeof value === 'string');
}
