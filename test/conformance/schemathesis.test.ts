import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { skipSuite } from '../support/skip-suite.js';
import { startStandalone } from '../support/standalone.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The management API held to its OpenAPI document by schemathesis: whatever is sent, every answer is what the document says. */

const CONFIG = join(__dirname, 'schemathesis.toml');
const CASES_MIN = 2_000;
const PER_OPERATION = 8;
/** Four minutes where others keep the cores busy, one where none does. */
const DEADLINE_MS = 600_000;

/** An interpreter that has the package: the one that is named, or the usual one. */
function interpreter(): string | undefined {
  const python = process.env['ROLLCALL_TEST_PYTHON'] ?? 'python3';
  return spawnSync(python, ['-c', 'import schemathesis']).status === 0 ? python : undefined;
}

interface Finished {
  readonly code: number | null;
  readonly said: string;
}

function run(command: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(command, args, { cwd: temporaryFolder(), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

const python = interpreter();
if (python === undefined) {
  skipSuite('the management API held to its document', 'there is no python3 with the package schemathesis');
} else {
  test(
    'whatever schemathesis sends, no answer is a 5xx, undocumented, or other than its schema',
    async () => {
      const rollcall = await startStandalone();
      const options = {
        '--checks': 'all',
        '--seed': '1',
        '--max-examples': String(PER_OPERATION),
        '--workers': '1',
        '--generation-database': 'none',
        '--header': `Authorization: Bearer ${rollcall.adminKey}`,
      };
      const { code, said } = await run(python, [
        ...['-m', 'schemathesis.cli', '--config-file', CONFIG, 'run', `${rollcall.url}/openapi.json`, '--no-color'],
        ...Object.entries(options).flat(),
      ]);
      await rollcall.kill('SIGTERM');
      if (code !== 0) throw new Error(said);
      const [, cases = '0'] = /(\d+) generated/.exec(said) ?? [];
      expect(Number(cases)).toBeGreaterThanOrEqual(CASES_MIN);
    },
    DEADLINE_MS,
  );
}
