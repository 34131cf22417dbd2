import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { buildSync } from 'esbuild';
import type { fetchReceiver } from '../../../shared/consumer/index.js';
import { exampleEvent } from '../../../shared/events/example.js';
import { createSecret, createSigner } from '../../../shared/webhooks/sign.js';

const ROOT = path.join(__dirname, '../../..');
const ENTRY = path.join(ROOT, 'shared/consumer/index.ts');

const bundle = (format: 'esm' | 'cjs' | 'iife', contents?: string): string => {
  const what =
    contents === undefined
      ? { entryPoints: [ENTRY] }
      : { stdin: { contents, resolveDir: path.dirname(ENTRY), loader: 'ts' as const } };
  const { outputFiles } = buildSync({
    ...what,
    bundle: true,
    minify: true,
    write: false,
    format,
    globalName: 'consumer',
    platform: 'neutral',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
};

test('the whole SDK is below 6 KB minified, and verify alone below 3 KB: what is not used is left out', () => {
  const whole = bundle('esm');
  expect(whole).not.toMatch(/\brequire\(|from"|import\(/);
  expect(whole.length).toBeLessThan(6 * 1024);
  const alone = bundle('esm', "export { verify } from './index.js';");
  expect(alone.length).toBeLessThan(3 * 1024);
});

test('it runs where there is nothing of Node: with Web Crypto and the Fetch API alone', async () => {
  const { crypto, TextEncoder, TextDecoder, atob, Request, Response, Headers, Uint8Array } = globalThis;
  const worker = vm.createContext({ crypto, TextEncoder, TextDecoder, atob, Request, Response, Headers, Uint8Array });
  vm.runInContext(bundle('iife').replace('var consumer=', 'globalThis.consumer='), worker);
  const secret = createSecret();
  const id = '0190a000-0000-7000-8000-000000000001';
  const body = exampleEvent('user.created', id, '2026-01-31T09:30:00.000Z');
  const headers = createSigner([secret])(id, Math.floor(Date.now() / 1000), Buffer.from(body));
  const consumer = worker['consumer'] as { fetchReceiver: typeof fetchReceiver };
  const types: string[] = [];
  const receive = consumer.fetchReceiver({ secret, onEvent: ({ type }) => void types.push(type) });
  const answer = await receive(new Request('http://host/', { method: 'POST', headers, body }));
  expect(answer.status).toBe(204);
  expect(types).toEqual(['user.created']);
});

test('the package offers it to import and to require', () => {
  const { exports: offered, files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
    files: string[];
  };
  expect(offered['./consumer']).toEqual({
    import: { types: './dist/consumer/index.d.ts', default: './dist/consumer/index.js' },
    require: { types: './dist/shared/consumer/index.d.ts', default: './dist/shared/consumer/index.js' },
  });
  expect(files).toContain('dist');
});
