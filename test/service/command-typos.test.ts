import { startRollcall } from '../support/rollcall.js';

/** A mistyped word is answered with the nearest one, whatever kind of word it is; none of these needs a server. */

const ENV = { ROLLCALL_ADMIN_KEY: 'a-key-of-the-operator', ROLLCALL_URL: 'http://localhost:1' };

test.each([
  ['a command', ['lisetn'], "unknown command 'lisetn'; did you mean listen?"],
  ['an alias', ['organisations'], 'did you mean organizations?'],
  ['a sub-command', ['orgs', 'lst'], "unknown command 'lst'; did you mean list?"],
  ['a sub-command of one that does something itself', ['events', 'tial'], "unknown command 'tial'; did you mean tail?"],
  ['a flag', ['listen', '--foward-to', 'x'], "unknown option '--foward-to'; did you mean --forward-to?"],
  ['a flag with a value', ['endpoints', 'list', '--directroy=x'], 'did you mean --directory?'],
  ['a flag that all have', ['orgs', 'list', '--jsno'], 'did you mean --json?'],
  ['an event type', ['trigger', 'user.craeted'], 'Did you mean user.created?'],
  ['a pattern of types', ['events', 'tail', '--types', 'user.created,gruop.*'], 'Did you mean group.*?'],
  [
    'a type of an endpoint',
    ['endpoints', 'create', '--webhook-url', 'http://x', '--types', 'delivery.praked'],
    'delivery.parked?',
  ],
  ['a provider', ['simulate', '--provider', 'okat'], 'Did you mean okta?'],
  ['a role', ['doctor', '--role', 'dispacher'], 'Did you mean dispatcher?'],
  ['a status', ['deliveries', 'list', '--status', 'praked'], 'Did you mean parked?'],
])('%s', async (_what, args, answer) => {
  const command = startRollcall(args, ENV);
  expect(await command.exited).toBe(2);
  expect(command.stderr()).toContain(answer);
  expect(command.stderr()).toMatch(/\n\(see rollcall .*--help\)\n$/);
  expect(command.stdout()).toBe('');
});

test('a word that is near to none has no suggestion, and what is allowed is listed', async () => {
  const [command, provider] = [startRollcall(['frobnicate'], ENV), startRollcall(['simulate', '--provider', 'x'], ENV)];
  expect([await command.exited, await provider.exited]).toEqual([2, 2]);
  expect(command.stderr()).toBe("error: unknown command 'frobnicate'\n(see rollcall --help)\n");
  expect(provider.stderr()).toContain('It must be one of okta, entra');
});

test.each([
  ['a role', ['standalone']],
  ['a command for developers', ['orgs', 'list']],
  ['a command that looks for mistakes', ['doctor']],
])('a configuration variable of %s', async (_what, args) => {
  const command = startRollcall(args, { ...ENV, ROLLCALL_PROT: '3000' });
  expect(await command.exited).toBe(78);
  expect(command.stdout() + command.stderr()).toMatch(
    /ROLLCALL_PROT: there is no such variable.*did you mean ROLLCALL_PORT\?/,
  );
});
