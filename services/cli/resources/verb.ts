import type { Method } from '../api/api.js';
import type { Json } from '../api/json.js';
import type { Column } from '../output/table.js';
import type { Work } from '../session.js';

/** A flag, and the field of the request that it fills. */
export interface Flag {
  readonly field: string;
  /** As commander writes it: `--org <id>`. */
  readonly flags: string;
  readonly description: string;
  /** The value, or an InvalidArgumentError; `former`: of a flag that is repeated, what came before. */
  parse?(text: string, former: unknown): unknown;
  readonly isRequired?: true;
}

interface Described {
  readonly name: string;
  readonly does: string;
  /** What comes after the verb. */
  readonly example?: string;
  readonly flags?: readonly Flag[];
}

/** A verb that is one request of the management API. */
export interface ApiVerb extends Described {
  readonly method: Method;
  /** What comes after `/v1`; its parameters are the command's arguments. */
  readonly path: string;
  /** What is sent besides the flags. */
  readonly body?: Json;
  /** How the answer is printed: a list as a table, an object field by field, or nothing but a sentence. */
  readonly prints: { readonly columns: readonly Column[] } | 'fields' | { readonly sentence: string };
  /** Of `show`: a list that belongs to it. */
  readonly beside?: { readonly name: string; readonly path: string; readonly columns: readonly Column[] };
}

/** A verb that is more than that. */
interface OwnVerb extends Described {
  readonly arguments?: readonly string[];
  /** Loads what it takes, which roles that this process may be run for instead have no use for. */
  readonly work: (args: readonly string[], fields: Json) => Promise<Work>;
}

export type Verb = ApiVerb | OwnVerb;

export interface Resource {
  readonly name: string;
  readonly alias?: string;
  readonly about: string;
  readonly verbs: readonly Verb[];
}

/** The verbs that most resources have. `one`: what one of them is called. */
export const createVerb = (path: string, one: string, flags: readonly Flag[], example: string): ApiVerb => ({
  ...{ name: 'create', does: `make ${one}`, method: 'POST', path, flags, example, prints: 'fields' },
});
export const listVerb = (path: string, columns: readonly Column[], flags: readonly Flag[] = []): ApiVerb => ({
  ...{ name: 'list', does: 'list them', method: 'GET', path, flags, prints: { columns } },
});
export const showVerb = (path: string, beside?: ApiVerb['beside']): ApiVerb => ({
  ...{ name: 'show', does: 'show one', method: 'GET', path, prints: 'fields' },
  ...(beside !== undefined && { beside }),
});
export const updateVerb = (path: string, flags: readonly Flag[], example: string): ApiVerb => ({
  ...{ name: 'update', does: 'change what is given', method: 'PATCH', path, flags, example, prints: 'fields' },
});
export const deleteVerb = (path: string, does: string, sentence: string): ApiVerb => ({
  ...{ name: 'delete', does, method: 'DELETE', path, prints: { sentence } },
});
export const enableVerbs = (path: string, disabled: string, enabled: string): readonly ApiVerb[] => [
  { name: 'enable', does: enabled, method: 'PATCH', path, body: { enabled: true }, prints: 'fields' },
  { name: 'disable', does: disabled, method: 'PATCH', path, body: { enabled: false }, prints: 'fields' },
];
