const { build } = require('esbuild');
const { cpSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { dependencies, devDependencies } = require('./package.json');

/** The command and the SDK. */
const ENTRIES = ['services/cli/main.ts', 'shared/consumer/index.ts'];
/** zod alone is taken in: what it says in 48 languages, a file each, is left out. */
const external = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name !== 'zod');

/**
 * One file of JavaScript for each entry, because looking up and compiling each source by itself was a third of a start; types are checked
 * by `npm run typecheck`. `sources` are taken instead of those of these files.
 */
async function bundle(outdir, { entries = ENTRIES, sources = {} } = {}) {
  await build({
    entryPoints: entries.map((entry) => join(__dirname, entry)),
    outdir,
    outbase: __dirname,
    bundle: true,
    external,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    sourcemap: true,
    plugins: Object.entries(sources).map(([file, contents]) => instead(join(__dirname, file), contents)),
  });
}

const instead = (file, contents) => ({
  name: `instead of ${file}`,
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => (path === file ? { contents, loader: 'ts' } : undefined));
  },
});

module.exports = { bundle };

if (require.main === module) {
  const dist = join(__dirname, 'dist');
  // What an earlier build has left there would be shipped.
  for (const folder of ['services', 'shared']) rmSync(join(dist, folder), { recursive: true, force: true });
  // The SDK is there as ES modules already, which tsc has made: the types are the same for those who require it.
  writeFileSync(join(dist, 'consumer/package.json'), JSON.stringify({ type: 'module' }));
  cpSync(join(dist, 'consumer'), join(dist, 'shared/consumer'), {
    recursive: true,
    filter: (file) => !/\.(js|map|json)$/.test(file),
  });
  void bundle(dist);
}
