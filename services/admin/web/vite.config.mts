import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Two pages out of one set of sources: the operators' console, and the set-up page of customers' admins. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: join(import.meta.dirname, '../../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Colours are written once for both themes, by light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Everything comes from /assets/: the pages allow no data in the place of a script, a style or a font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { console: join(import.meta.dirname, 'console.html'), setup: join(import.meta.dirname, 'setup.html') },
    },
  },
});
