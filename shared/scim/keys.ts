import type { Attributes } from './attributes.js';
import { foldCase } from './filter/compare.js';
import { printPath, type AttributePath } from './path.js';
import { pathsWhere, valuesAt } from './paths.js';
import type { ResourceType } from './schema.js';

/** A value that must be unique among resources of the type, and the index key that tells who bears it. */
export interface UniqueKey {
  readonly attribute: string;
  readonly value: string;
  readonly key: string;
}

/** The index keys of a resource: one for each value of each attribute that is indexed or searched. */
export const indexKeys = (type: ResourceType, attributes: Attributes): string[] => [
  ...new Set(pathsWithKeys(type).flatMap((path) => textsAt(attributes, path).map((text) => indexKey(path, text)))),
];

/** What index keys begin with where a value begins with the text. */
export const keyPrefixes = (type: ResourceType, text: string): string[] =>
  pathsWithKeys(type).map((path) => indexKey(path, text));

/** `<path>:<value>`, with the value as it is compared. */
export const indexKey = (path: AttributePath, text: string): string =>
  `${printPath(path)}:${foldCase(path.sub ?? path.attribute, text)}`;

/** The values whose uniqueness the client's attributes must keep; `id`, unique too, is ours. */
export const uniqueKeys = (type: ResourceType, attributes: Attributes): UniqueKey[] =>
  uniquePaths(type).flatMap((path) =>
    textsAt(attributes, path).map((value) => ({ attribute: printPath(path), value, key: indexKey(path, value) })),
  );

const pathsWithKeys = pathsWhere(({ attribute, sub }) => {
  const { indexed, searched } = sub ?? attribute;
  return indexed === true || searched === true;
});

const uniquePaths = pathsWhere(({ attribute, sub }) => {
  const { indexed, uniqueness } = sub ?? attribute;
  return indexed === true && uniqueness !== 'none';
});

const textsAt = (attributes: Attributes, path: AttributePath): string[] =>
  valuesAt(attributes, path).filter((value) => typeof value === 'string');
