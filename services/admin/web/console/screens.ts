import type { ComponentType } from 'react';

/** A screen of the console: what it is called, the keys that lead there, and the paths that it shows. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  readonly keys: string;
  /** Where it is narrower than a name: the path of an icon, 16 × 16. */
  readonly icon: string;
  readonly show: ComponentType;
}

/** In the order of the rail. */
export const SCREENS: readonly Screen[] = [];
