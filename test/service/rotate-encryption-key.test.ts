import { randomBytes } from 'node:crypto';
import { openManagement, type Management } from '../../services/cli/demo/management.js';
import { startReceiver } from '../../services/cli/demo/receiver.js';
import { eventually } from '../support/eventually.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A new encryption key, while webhooks go on: their secrets stay what they were. */

const ADMIN_KEY = 'rotate-encryption-key';

test('secrets are sealed with the new key while the former one is given, and opened without it afterwards', async () => {
  const dataDir = temporaryFolder();
  const [former, next] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
  if (former === undefined || next === undefined) throw new Error('two keys');
  const receiver = await startReceiver(() => undefined);
  let directory: Awaited<ReturnType<Management['createDirectory']>> | undefined;

  const run = async (
    keys: Readonly<Record<string, string>>,
    work: (url: string, log: () => string) => Promise<void>,
  ) => {
    const rollcall = startRollcall(['standalone'], {
      ...{
        ROLLCALL_PORT: '0',
        ROLLCALL_DATA_DIR: dataDir,
        ROLLCALL_ADMIN_KEY: ADMIN_KEY,
        ROLLCALL_LOG_PARTITIONS: '2',
      },
      ...keys,
    });
    const [, url = ''] = await rollcall.saw(/Rollcall is at (\S+)/);
    await work(url, rollcall.stdout);
    expect(await rollcall.kill('SIGTERM')).toBe(0);
  };
  /** Hires somebody, and waits for the verified webhook of it. */
  const hire = async (url: string, userName: string): Promise<void> => {
    const path = new URL(directory?.scimBaseUrl ?? '').pathname;
    const headers = { authorization: `Bearer ${directory?.token ?? ''}`, 'content-type': 'application/scim+json' };
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const body = JSON.stringify({ schemas, userName });
    expect((await fetch(`${url}${path}/Users`, { method: 'POST', headers, body })).status).toBe(201);
    const arrival = () => receiver.arrivals.find((one) => one.body.includes(`"userName":"${userName}"`));
    await eventually(`the webhook of ${userName}`, () => arrival() !== undefined);
    expect(arrival()).toMatchObject({ status: 204, isVerified: true });
  };

  await run({ ROLLCALL_ENCRYPTION_KEY: former }, async (url) => {
    const management = openManagement(url, ADMIN_KEY);
    const { secret } = await management.createEndpoint(receiver.url);
    receiver.trust(secret);
    directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
    await hire(url, 'before');
  });
  await run({ ROLLCALL_ENCRYPTION_KEY: next, ROLLCALL_FORMER_ENCRYPTION_KEY: former }, async (url, log) => {
    await hire(url, 'between');
    await eventually('the secrets are sealed anew', () => /sealed with the new encryption key/.test(log()));
  });
  await run({ ROLLCALL_ENCRYPTION_KEY: next }, (url) => hire(url, 'after'));
  await receiver.close();
}, 120_000);
