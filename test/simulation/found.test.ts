import type { Step } from './history.js';
import { simulate } from './simulate.js';

/** Histories that have broken the promise once, as short as they were found. */

const [user, group]: Step[] = [
  { do: 'user', who: 0, title: 0, directory: 0 },
  { do: 'group', group: 0, name: 0, directory: 0 },
];

test.each<[string, readonly (Step | undefined)[]]>([
  [
    'what a process with a clock an hour ahead was sending when it ended is sent by the next one, not an hour later',
    [
      { do: 'clock', hours: 1 },
      { do: 'fault', call: 'attempt', when: 'before', effect: 'crashes', passage: 1 },
      user,
      { do: 'wait', ms: 3000 },
      group,
    ],
  ],
  [
    'what a relay with a clock an hour ahead has leased is published by the next one, not an hour later',
    [{ do: 'clock', hours: 1 }, { do: 'wait', ms: 3000 }, { do: 'crash', downMs: 1000 }, user],
  ],
])('%s', async (_, steps) => {
  const common = { seed: 277_731_079, lagMs: 4, ordering: 'resource', rateLimit: null } as const;
  const { faults, verdict } = await simulate({ ...common, steps: steps.filter((step) => step !== undefined) });
  expect(faults).toEqual([]);
  expect(verdict.delivered).toBeGreaterThan(0);
});
