const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { env } = require('node:process');
const { bundle } = require('../../build.cjs');

const built = join(__dirname, '../../.test-build');
const web = join(__dirname, '../../services/admin/web');

/**
 * Before all tests: the command as JavaScript, because tests start it some fifty times, and from its sources it starts half as
 * fast; and the pages, where their sources are newer than what is there.
 */
module.exports = async () => {
  await bundle(built);
  const page = join(built, 'dist/web/console.html');
  const changed = readdirSync(web, { recursive: true }).map((file) => statSync(join(web, file)).mtimeMs);
  if (existsSync(page) && statSync(page).mtimeMs > Math.max(...changed)) return;
  const { build } = await import('vite');
  // As they are shipped: React takes Jest's "test" for development.
  const { NODE_ENV } = env;
  env['NODE_ENV'] = 'production';
  await build({
    configFile: join(web, 'vite.config.mts'),
    build: { outDir: join(built, 'dist/web') },
    logLevel: 'error',
  });
  env['NODE_ENV'] = NODE_ENV;
};
