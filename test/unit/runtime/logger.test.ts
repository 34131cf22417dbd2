import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Logger } from '../../../shared/runtime/logger.js';
import { silent } from '../../support/ingest.js';
import { BUILD } from '../../support/rollcall.js';

/** What a process writes that logs these fields. */
function line(fields: object): Record<string, unknown> {
  const file = JSON.stringify(join(BUILD, 'shared/runtime/logger.js'));
  const script = `require(${file}).createLogger('test', 'info').info(${JSON.stringify(fields)}, 'Said.')`;
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
