import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { temporaryFolder } from '../temporary-folder.js';
import { ROOT } from './pages.js';

/** A folder in which a program finds the packages of the repository, and `rollcall/consumer` from its sources. */
export function packageFolder(): string {
  const folder = temporaryFolder();
  const packages = path.join(folder, 'node_modules');
  mkdirSync(path.join(packages, 'rollcall'), { recursive: true });
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(packages, name));
  }
  buildSync({
    entryPoints: [path.join(ROOT, 'shared/consumer/index.ts')],
    outfile: path.join(packages, 'rollcall/consumer.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
  });
  const manifest = { name: 'rollcall', type: 'module', exports: { './consumer': './consumer.js' } };
  writeFileSync(path.join(packages, 'rollcall/package.json'), JSON.stringify(manifest));
  return folder;
}
