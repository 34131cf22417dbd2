import type { Schema } from '../schema.js';

/** A resource type as an administrator declares it (RFC 7643 section 6): its schemas by their URNs. */
export interface ResourceTypeDeclaration {
  readonly name: string;
  /** Relative to the base URL, such as `/Devices`. */
  readonly endpoint: string;
  readonly description: string;
  readonly schema: string;
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[];
}

/** What a directory knows beside the built-in schemas and resource types. Of User and Group, the extensions alone count. */
export interface Declarations {
  /** With every characteristic; `indexed` and `relation`, which are ours, are not among them. */
  readonly schemas: readonly Schema[];
  readonly resourceTypes: readonly ResourceTypeDeclaration[];
}

export const NO_DECLARATIONS: Declarations = { schemas: [], resourceTypes: [] };

/** Live resources by resource type's name. */
export type Counts = Readonly<Record<string, number>>;

/** A field that is wrong; the message completes "<field> …" and says how to mend it. */
export interface DeclarationError {
  readonly field: string;
  readonly message: string;
}

/** A declaration that could never stand. */
export class InvalidDeclaration extends Error {
  override readonly name = 'InvalidDeclaration';
  constructor(readonly errors: readonly DeclarationError[]) {
    super(errors.map(({ field, message }) => `${field} ${message}`).join('; '));
  }
}

/** A declaration that the present state does not allow: another one is in its way, or resources need what it would change. */
export class DeclarationConflict extends Error {
  override readonly name = 'DeclarationConflict';
}

/** Throws `InvalidDeclaration` when there are any. */
export function refuse(errors: readonly DeclarationError[]): void {
  if (errors.length > 0) throw new InvalidDeclaration(errors);
}

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
