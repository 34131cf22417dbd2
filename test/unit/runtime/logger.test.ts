import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../../build.cjs';
import type { Logger } from '../../../shared/runtime/logger.js';
import { silent } from '../../support/ingest.js';
import { BUILD } from '../../support/rollcall.js';

const FILE = JSON.stringify(join(BUILD, 'shared/runtime/logger.js'));

beforeAll(() => bundle(BUILD, { entries: ['shared/runtime/logger.ts'] }));

/** What a process writes that logs these fields. */
function line(fields: object): Record<string, unknown> {
  const script = `require(${FILE}).createLogger('test', 'info').info(${JSON.stringify(fields)}, 'Said.')`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as Record<string, unknown>;
}

test('a log line has ids and numbers, and nothing that is not in the list, whoever hands it over', () => {
  const written = line({ directoryId: 'd', seq: 7, userName: 'canary', body: { email: 'canary' }, token: 'canary' });
  expect(written).toMatchObject({ role: 'test', directoryId: 'd', seq: 7, msg: 'Said.' });
  expect(JSON.stringify(written)).not.toContain('canary');
});

test('a field that is not in the list is refused when it is compiled', () => {
  const logger: Logger = silent;
  // @ts-expect-error -- personal data has no name here
  logger.info({ userName: 'ann' }, 'Said.');
});

/** Every write to it fails as on a disk that is full (Linux). */
const FULL = '/dev/full';

(existsSync(FULL) ? test : test.skip)(
  'a log that cannot be written ends no process, and takes no memory without end',
  () => {
    const script = `
    const logger = require(${FILE}).createLogger('test', 'info');
    const before = process.memoryUsage().rss;
    for (let times = 0; times < 3_000; times += 1) logger.info({ reason: 'x'.repeat(10_000) }, 'Said.');
    setImmediate(() => process.stderr.write(process.memoryUsage().rss - before < 20e6 ? 'goes on' : 'has grown'));`;
    const full = openSync(FULL, 'w');
    try {
      const { status, stderr } = spawnSync(process.execPath, ['-e', script], { stdio: ['ignore', full, 'pipe'] });
      expect([status, stderr.toString()]).toEqual([0, 'goes on']);
    } finally {
      closeSync(full);
    }
  },
);
