import type { Endpoint } from './shapes.js';

/** What the values of settings mean, in words. */

export const PAYLOADS: Readonly<Record<Endpoint['payload'], string>> = {
  full: 'Whole events',
  ids: 'Ids alone: the receiver asks for the rest',
};

export const ORDERINGS: Readonly<Record<Endpoint['ordering'], string>> = {
  resource: 'In order for each user and group',
  directory: 'In order for each directory, one at a time',
  none: 'In no order, as fast as can be',
};
