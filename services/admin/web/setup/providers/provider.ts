import type { Localized } from '../../text/language.js';

/** An identity provider, and how its administrator connects it. Names of fields and menus are those of its English screens. */
export interface Provider {
  /** As the directory has it. */
  readonly id: string;
  readonly name: string;
  /** Several where its administrator can go about it in different ways; the first is the usual one. */
  readonly ways: readonly [Way, ...Way[]];
  /** To know before one begins. */
  readonly note?: Localized;
}

export interface Way {
  readonly id: string;
  readonly name: Localized;
  /** What its fields for the two values are called. */
  readonly baseUrlField: string;
  readonly tokenField: string;
  /** Where it says what becomes of which attribute. */
  readonly mappingAt: string;
  /** Up to its own test of the connection. */
  readonly connect: readonly Step[];
  /** One user, then a group. */
  readonly test: readonly Step[];
}

export interface Step {
  readonly title: Localized;
  readonly text: Localized;
  readonly picture?: Picture;
}

/** A screen of the provider's, as it is drawn: what the step is about is marked. */
export interface Picture {
  readonly title: string;
  readonly menu?: readonly string[];
  readonly tabs?: readonly string[];
  readonly rows?: readonly Row[];
  readonly buttons?: readonly string[];
  /** Of what stands above. */
  readonly marked: readonly string[];
}

export interface Row {
  readonly kind: 'field' | 'choice' | 'check' | 'item';
  readonly label: string;
  /** `baseUrl` and `token`: those of the set-up page. */
  readonly value?: string;
}

export const field = (label: string, value?: string): Row => ({ kind: 'field', label, ...(value && { value }) });
export const choice = (label: string, value: string): Row => ({ kind: 'choice', label, value });
export const check = (label: string): Row => ({ kind: 'check', label });
export const item = (label: string): Row => ({ kind: 'item', label });
