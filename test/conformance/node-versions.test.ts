import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exampleEvent } from '../../shared/events/example.js';
import { createSecret, createSigner } from '../../shared/webhooks/sign.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The SDK as the package has it after `npm run build`, imported and required, under each Node that `ROLLCALL_TEST_NODES` has. */

const ROOT = path.join(__dirname, '../..');
const folder = process.env['ROLLCALL_TEST_NODES'];
const nodes = folder === undefined || !existsSync(folder) ? [] : readdirSync(folder).sort();
const isBuilt = ['dist/consumer/index.js', 'dist/shared/consumer/index.js'].every((file) =>
  existsSync(path.join(ROOT, file)),
);

const secret = createSecret();
const id = '0190a000-0000-7000-8000-000000000001';
const body = exampleEvent('user.created', id, '2026-01-31T09:30:00.000Z');

/** Prints the version, what is believed, and why a changed body is not. */
const USE = `
  async function use({ verify, fetchReceiver, createSyncState }) {
    const { headers, body, secret } = JSON.parse(process.argv.at(-1));
    const event = await verify(body, headers, secret);
    const refused = await verify(body + ' ', headers, secret).catch(({ code }) => code);
    const receive = fetchReceiver({ secret, onEvent: () => undefined });
    const { status } = await receive(new Request('http://host/', { method: 'POST', headers, body }));
    const state = createSyncState();
    const verdicts = [await state.handle(event, () => undefined), await state.handle(event, () => undefined)];
    console.log(JSON.stringify([process.versions.node, event.type, refused, status, verdicts]));
  }
`;
const PROGRAMS = {
  'import.mjs': `import * as sdk from 'rollcall/consumer';\n${USE}\nawait use(sdk);`,
  'require.cjs': `${USE}\nvoid use(require('rollcall/consumer'));`,
};

if (nodes.length === 0) {
  skipSuite('the SDK on other versions of Node', 'ROLLCALL_TEST_NODES names no folder of them');
} else {
  test.each(nodes.flatMap((node) => Object.keys(PROGRAMS).map((program) => [node, program] as const)))(
    '%s: %s',
    (node, program) => {
      expect(isBuilt || 'run "npm run build" first').toBe(true);
      const app = temporaryFolder();
      mkdirSync(path.join(app, 'node_modules'));
      symlinkSync(ROOT, path.join(app, 'node_modules/rollcall'));
      writeFileSync(path.join(app, program), PROGRAMS[program as keyof typeof PROGRAMS]);
      const headers = createSigner([secret])(id, Math.floor(Date.now() / 1000), Buffer.from(body));
      const printed = execFileSync(
        path.join(folder ?? '', node),
        [path.join(app, program), JSON.stringify({ headers, body, secret })],
        { encoding: 'utf8', env: {} },
      );
      expect(JSON.parse(printed)).toEqual([
        expect.stringMatching(new RegExp(`^${node.replace(/\D+/, '')}\\.`)),
        'user.created',
        'wrong-signature',
        204,
        ['applied', 'repeat'],
      ]);
    },
  );
}
