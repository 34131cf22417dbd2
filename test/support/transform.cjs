const { transformSync } = require('esbuild');

/** TypeScript for Jest, by esbuild: the types are checked by `npm run typecheck`. */
module.exports = {
  process(source, file) {
    const { code, map } = transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      sourcefile: file,
      sourcemap: 'external',
      // Jest's modules are CommonJS: an import() becomes a require() in a promise.
      supported: { 'dynamic-import': false },
    });
    return { code, map };
  },
};
