import { startReceiver, type Receiver } from '../../services/cli/demo/receiver.js';
import { openManagement, type Management } from '../../services/cli/demo/management.js';
import { check } from '../../services/simulator/check.js';
import { createSimulator, type SimulatorOptions } from '../../services/simulator/simulator.js';
import { startStandalone, type Standalone } from '../../services/standalone/main.js';
import { loadConfig } from '../../shared/config/config.js';
import { eventually } from '../support/eventually.js';
import { schemaProblems } from '../support/event-schemas.js';
import { KEPT } from '../support/provisioning.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The whole way, in one process on SQLite: a provider's requests in, verified webhooks out, nothing lost between. */

const VOICES: Pick<SimulatorOptions, 'provider' | 'aadOptscim062020'>[] = [
  { provider: 'okta' },
  { provider: 'entra' },
  { provider: 'entra', aadOptscim062020: true },
];

let standalone: Standalone;
let receiver: Receiver;
let management: Management;
let organization: string;

beforeAll(async () => {
  const loaded = loadConfig('standalone', {
    ROLLCALL_PORT: '0',
    ROLLCALL_DATA_DIR: temporaryFolder(),
    ROLLCALL_LOG_LEVEL: 'error',
  });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  standalone = await startStandalone(loaded.config);
  receiver = await startReceiver(() => undefined);
  management = openManagement(standalone.url, standalone.adminKey ?? '');
  organization = await management.createOrganization('Acme');
  receiver.trust((await management.createEndpoint(receiver.url)).secret);
});
afterAll(async () => {
  await standalone.stop();
  await receiver.close();
});

test.each(VOICES)(
  '100 users of %j: no request is refused; everything acknowledged is delivered, verified, in order and without a gap',
  async (voice) => {
    const { id, scimBaseUrl, token } = await management.createDirectory(organization, 'Directory', voice.provider);
    const size = { seed: 7, users: 100, groups: 10, concurrency: 8 };
    const run = await createSimulator({ ...voice, ...size, baseUrl: scimBaseUrl, token }).run();
    const events = await management.events(id);
    await eventually('every event of the directory has arrived', () => {
      const bodies = new Set(receiver.arrivals.map(({ body }) => body));
      return events.every((event) => bodies.has(event));
    });
    expect(run.failures).toEqual([]);
    const report = check({ directoryId: id, run, webhooks: receiver.arrivals, events });
    expect(report).toEqual({
      acknowledged: expect.any(Number),
      delivered: events.length,
      duplicated: 0,
      doubtful: 0,
      ...KEPT,
    });
    expect(report.acknowledged).toBeGreaterThan(200);
    expect(events.flatMap((event) => schemaProblems(JSON.parse(event)))).toEqual([]);
  },
  60_000,
);
