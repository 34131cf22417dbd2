import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../build.cjs';
import { folderNamed, ROOT } from './servers.js';

/**
 * Runs `main.ts` of a folder of benches in a process of its own, from JavaScript that is made as the product's is. What runs sources
 * directly names every function as it is made, which costs a code of many small functions more than a package.
 */
export async function runBuilt(bench: string, plan: object, json: string | undefined): Promise<void> {
  const folder = mkdtempSync(folderNamed(`bench-${bench}-`));
  try {
    const entries = readdirSync(join(__dirname, bench)).map((file) => `test/bench/${bench}/${file}`);
    await bundle(folder, { entries });
    const parameters = [JSON.stringify(plan), ...(json === undefined ? [] : [json])];
    const main = join(folder, 'test/bench', bench, 'main.js');
    const env = { NODE_ENV: 'production' };
    const child = spawn(process.execPath, [main, ...parameters], { cwd: ROOT, stdio: 'inherit', env });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the process of the bench ${bench} ended with ${String(code)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
