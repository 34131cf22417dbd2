import { MUTATIONS, mutated } from './mutations.js';

/** The bugs themselves: `npm run faults -- --mutations`. */

test.each(MUTATIONS)('$name: the place to plant it is still there', (mutation) => {
  expect(mutated(mutation)).toContain(mutation.replacements.at(-1)?.[1]);
});
