const { buildSync } = require('esbuild');
const { cpSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

/** Each source as JavaScript of its own, in a folder, but for the pages, which Vite makes; types are checked by `npm run typecheck`. */
function transpile(outdir) {
  const entryPoints = ['services', 'shared']
    .flatMap((folder) =>
      readdirSync(join(__dirname, folder), { recursive: true }).map((file) => join(__dirname, folder, file)),
    )
    .filter((file) => /(?<!\.d)\.ts$/.test(file) && !file.includes(join('admin', 'web')));
  const options = { outbase: __dirname, format: 'cjs', platform: 'node', target: 'node20', sourcemap: true };
  buildSync({ entryPoints, outdir, ...options });
}

module.exports = { transpile };

if (require.main === module) {
  const dist = join(__dirname, 'dist');
  transpile(dist);
  // The SDK is there as ES modules already, which tsc has made: the types are the same for those who require it.
  writeFileSync(join(dist, 'consumer/package.json'), JSON.stringify({ type: 'module' }));
  cpSync(join(dist, 'consumer'), join(dist, 'shared/consumer'), {
    recursive: true,
    filter: (file) => !/\.(js|map|json)$/.test(file),
  });
}
