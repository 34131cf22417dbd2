/** RFC 7643 section 2.3. */
type AttributeType = 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';

/** An attribute's definition with its characteristics (RFC 7643 sections 2.2 and 7). */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
  /** Ours, not published: equality on it is answered from an index key. */
  readonly indexed?: boolean;
  /** Ours, not published: people search by how it begins, for which it has an index key too. */
  readonly searched?: boolean;
  /** Ours, not published: the value of a resource that no client gave one. Of a type's own attributes alone. */
  readonly assumed?: boolean;
  /**
   * Ours, not published: kept as membership rows, not in the resource. `members` lists those whose group this resource is;
   * `groups` lists those whose member it is.
   */
  readonly relation?: 'members' | 'groups';
}

/** RFC 7643 section 7. */
export interface Schema {
  /** URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** RFC 7643 section 6. */
export interface ResourceType {
  readonly name: string;
  /** Relative to the base URL, such as `/Users`. */
  readonly endpoint: string;
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
}
