import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../shared/config/config.js';
import type { Environment } from '../../../shared/config/env.js';
import type { Role } from '../../../shared/config/variable.js';

/** Everything that production asks for. */
const GOOD: Environment = {
  ROLLCALL_PRODUCTION: 'true',
  MONGODB_URI: 'mongodb://mongo/rollcall',
  KAFKA_BROKERS: 'kafka:9092',
  ROLLCALL_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  ROLLCALL_ADMIN_KEY: randomBytes(32).toString('base64'),
  ROLLCALL_PUBLIC_URL: 'https://directory.example.com',
  ROLLCALL_WEBHOOK_ALLOW_CIDRS: 'none',
};

function problems(role: Role, change: Environment): readonly string[] {
  const loaded = loadConfig(role, { ...GOOD, ...change });
  return 'problems' in loaded ? loaded.problems : [];
}

test.each(['ingest', 'relay', 'dispatcher', 'admin', 'standalone'] as const)('a good %s starts', (role) => {
  expect(problems(role, {})).toEqual([]);
});

test('standalone is refused for all that is fine for trying out only, at once', () => {
  const bare = {
    ...Object.fromEntries(Object.keys(GOOD).map((name) => [name, undefined])),
    ROLLCALL_PRODUCTION: 'true',
  };
  expect(problems('standalone', bare)).toEqual([
    'ROLLCALL_ENCRYPTION_KEY: it is not set, so that the key would lie beside the data it encrypts, in production; make one (openssl rand -base64 32) and keep it in a secret of its own, with a backup',
    'ROLLCALL_PUBLIC_URL: it is not set, so that SCIM base URLs would begin with http://localhost, in production; set it to the https URL under which identity providers reach ingest',
    'ROLLCALL_WEBHOOK_ALLOW_CIDRS: it is not set, and standalone then reaches loopback addresses, in production; set it to none, or to the ranges that your receivers are in',
  ]);
  expect(problems('standalone', { ...bare, ROLLCALL_PRODUCTION: 'false' })).toEqual([]);
});

test.each([
  ['ROLLCALL_PUBLIC_URL', 'http://directory.example.com', /it is not https, so that tokens would travel in the clear/],
  ['ROLLCALL_ENCRYPTION_KEY', Buffer.alloc(32, 7).toString('base64'), /it is no random key/],
  ['ROLLCALL_ADMIN_KEY', 'a-short-one', /it has fewer than 24 characters/],
  ['ROLLCALL_ADMIN_KEY', 'abababababababababababababababab', /few different ones/],
  ['ROLLCALL_WEBHOOK_ALLOW_CIDRS', '10.0.0.0/8,127.0.0.0/8', /it lets webhooks reach loopback/],
  ['ROLLCALL_WEBHOOK_ALLOW_CIDRS', '127.0.0.9/32', /it lets webhooks reach loopback/],
  ['ROLLCALL_WEBHOOK_ALLOW_CIDRS', '0.0.0.0/0', /it lets webhooks reach loopback/],
  ['ROLLCALL_WEBHOOK_ALLOW_CIDRS', '::1/128', /it lets webhooks reach loopback/],
  ['ROLLCALL_WEBHOOK_ALLOW_CIDRS', '::/0', /it lets webhooks reach loopback/],
] as const)('admin does not start with %s=%s', (name, value, why) => {
  const [problem, ...others] = problems('admin', { [name]: value });
  expect(others).toEqual([]);
  expect(problem).toMatch(new RegExp(`^${name}: `));
  expect(problem).toMatch(why);
  if (name.endsWith('KEY')) expect(problem).not.toContain(value);
});

test('private ranges without loopback are an operator’s to allow', () => {
  expect(problems('dispatcher', { ROLLCALL_WEBHOOK_ALLOW_CIDRS: '10.0.0.0/8,fd00::/8' })).toEqual([]);
});

test('a role is asked for nothing that it has no use for', () => {
  expect(problems('relay', { ROLLCALL_PUBLIC_URL: undefined, ROLLCALL_ENCRYPTION_KEY: undefined })).toEqual([]);
  expect(problems('ingest', { ROLLCALL_ENCRYPTION_KEY: undefined, ROLLCALL_ADMIN_KEY: undefined })).toEqual([]);
});

test('no key that stands in a file of the repository is taken', () => {
  const root = join(__dirname, '../../..');
  const files = ['README.md', 'docker-compose.yml', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  const written = files
    .filter((name) => /\.(md|yml)$/.test(name))
    .flatMap((name) => [
      ...readFileSync(join(root, name), 'utf8').matchAll(
        /ROLLCALL_(ADMIN|ENCRYPTION)_KEY['"]?\s*[:=]\s*['"]?([\w+/=-]{8,})/g,
      ),
    ])
    .map(([, kind, value]) => [`ROLLCALL_${kind ?? ''}_KEY`, value] as const);
  expect(written.length).toBeGreaterThan(0);
  for (const [name, value] of written) expect(problems('admin', { [name]: value })).not.toEqual([]);
});
