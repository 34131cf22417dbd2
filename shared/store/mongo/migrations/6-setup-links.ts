import type { Indexes } from '../migrations.js';

/** The registry's table of set-up links. */
export const SETUP_LINKS: Indexes = {
  setupLinks: [
    { name: 'directory', key: { directoryId: 1, _id: 1 } },
    { name: 'hash', key: { hash: 1, _id: 1 } },
  ],
};
