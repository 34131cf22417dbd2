import type { Deed } from '../setup/deed.js';
import type { ProblemKind } from '../setup/diagnose.js';

/** What a sentence about a problem may name. @public because the texts' type has it in it. */
export interface About {
  /** "Okta", or "your identity provider". */
  readonly provider: string;
  /** The request in words: "a new user". */
  readonly what: string;
  /** As SCIM calls it; empty where there is none. */
  readonly attribute: string;
  /** Names of the provider's fields. */
  readonly baseUrlField: string;
  readonly tokenField: string;
  readonly mappingAt: string;
}

/** "Your provider sent …; we need …; do …." */
export interface Explanation {
  readonly sent: string;
  readonly need: string;
  readonly fix: string;
}

export interface ProblemTexts {
  readonly deeds: Readonly<Record<Deed['act'], Readonly<Record<Deed['of'], string>>>>;
  readonly problems: Readonly<Record<ProblemKind, (about: About) => Explanation>>;
}
