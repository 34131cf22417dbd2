/** A JSON value in canonical form: attribute names spelled as their schema spells them, no nulls, no empty arrays (RFC 7643 section 2.5). */
export type AttributeValue = string | number | boolean | readonly AttributeValue[] | Attributes;

/** The attributes of a resource or of a complex value, keyed by attribute name, or by schema URN for an extension. */
export interface Attributes {
  readonly [name: string]: AttributeValue;
}
