import { BUILD } from '../support/rollcall.js';
import { VIOLATIONS } from './checker.js';
import { run } from './harness.js';
import { render } from './report.js';
import { installStandalone } from './standalone.js';

/** A short run of `npm run faults`; a longer one is a step of `.ci/run`. */

const SEED = 1;

test(`a standalone under faults keeps its promise (npm run faults -- --minutes 0.1 --seed ${SEED})`, async () => {
  const said: string[] = [];
  const report = await run({
    ...{ install: installStandalone, build: BUILD, seconds: 6, seed: SEED },
    ...{ providers: 3, paceMs: 40, users: 12, say: (line: string) => void said.push(line) },
  });
  const { violations, acknowledged, delivered } = report.verdict;
  // The whole report where something is wrong.
  const broken = VIOLATIONS.filter((kind) => violations[kind].length > 0);
  expect(broken.length === 0 ? '' : [...said, ...render(report)].join('\n')).toBe('');
  expect([acknowledged > 0, delivered > 0, report.kills > 0]).toEqual([true, true, true]);
});
