import { lazy, type ComponentType } from 'react';

/** A screen of the console: what it is called, the keys that lead there, and the paths that it shows. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  /** Another path of it. */
  readonly also?: string;
  readonly keys: string;
  /** Where it is narrower than a name: the path of an icon, 16 × 16. */
  readonly icon: string;
  readonly show: ComponentType;
}

/** In the order of the rail. Each is loaded when it is first shown. */
export const SCREENS: readonly Screen[] = [
  {
    name: 'Directories',
    path: '/directories',
    keys: 'g d',
    icon: 'M2 13.5v-11h4.5l1.5 2h6v9zM5 10.5h6',
    show: lazy(async () => ({ default: (await import('./directories/screen.js')).Directories })),
  },
  {
    name: 'Endpoints',
    path: '/endpoints',
    keys: 'g e',
    icon: 'M2 8h7M6 5l3 3-3 3M10 2h2.5A1.5 1.5 0 0 1 14 3.5v9a1.5 1.5 0 0 1-1.5 1.5H10',
    show: lazy(async () => ({ default: (await import('./endpoints/screen.js')).Endpoints })),
  },
  {
    name: 'Events',
    path: '/events',
    also: '/deliveries',
    keys: 'g v',
    icon: 'M2 8h3l2-5 3 10 2-5h2',
    show: lazy(async () => ({ default: (await import('./events/screen.js')).EventsAndDeliveries })),
  },
  {
    name: 'System',
    path: '/system',
    keys: 'g s',
    icon: 'M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01',
    show: lazy(async () => ({ default: (await import('./system/screen.js')).System })),
  },
];
