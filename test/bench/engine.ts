import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { transpile } from '../../build.cjs';
import type { EnginePlan } from './engine/measure.js';
import { folderNamed, ROOT } from './servers.js';

/**
 * What the SCIM engine does in memory, in operations per second, beside npm packages that do the same on the same inputs: in a process
 * of its own, from JavaScript that is made as the product's is. What runs sources directly names every function as it is made, which
 * costs a code of many small functions more than a package.
 */
export async function measureEngine(plan: EnginePlan, json: string | undefined): Promise<void> {
  const folder = mkdtempSync(folderNamed('bench-engine-'));
  try {
    transpile(folder);
    const files = readdirSync(join(__dirname, 'engine')).map((file) => join('engine', file));
    const entryPoints = [...files, 'create.ts', 'report.ts'].map((file) => join(__dirname, file));
    buildSync({ entryPoints, outdir: folder, outbase: ROOT, format: 'cjs', platform: 'node', target: 'node20' });
    const parameters = [JSON.stringify(plan), ...(json === undefined ? [] : [json])];
    const main = join(folder, 'test/bench/engine/main.js');
    const child = spawn(process.execPath, [main, ...parameters], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { NODE_ENV: 'production' },
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the engine's process ended with ${String(code)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
