import { openManagement, type Management } from '../../services/cli/demo/management.js';
import { startReceiver, type Receiver } from '../../services/cli/demo/receiver.js';
import { check, type Report } from '../../services/simulator/check.js';
import { createSimulator, type Run, type SimulatorOptions } from '../../services/simulator/simulator.js';
import { scimBaseUrl } from '../../shared/directory/base-url.js';
import { eventually } from './eventually.js';

/** A host application, an organization and a directory, ready to be provisioned. */
export interface Stage {
  readonly receiver: Receiver;
  readonly directory: { readonly id: string; readonly scimBaseUrl: string; readonly token: string };
  /** Plays a provider against the directory. `scimUrl`: where SCIM is served, when it is not where the directory says. */
  play(options: Omit<SimulatorOptions, 'baseUrl' | 'token'>, scimUrl?: string): Promise<Run>;
  /** Waits until every event has arrived, then compares what was acknowledged with what came. */
  report(run: Run, deadlineMs: number): Promise<Report>;
}

/** Sets the stage through the management API at `url`. The receiver closes with `stage.receiver.close()`. */
export async function setStage(url: string, adminKey: string, provider: string): Promise<Stage> {
  const management: Management = openManagement(url, adminKey);
  const receiver = await startReceiver(() => undefined);
  const organization = await management.createOrganization('Acme');
  receiver.trust(await management.createEndpoint(receiver.url));
  const directory = await management.createDirectory(organization, 'Directory', provider);
  return {
    receiver,
    directory,
    play: (options, scimUrl) => {
      const baseUrl = scimUrl === undefined ? directory.scimBaseUrl : scimBaseUrl(scimUrl, directory.id);
      return createSimulator({ ...options, baseUrl, token: directory.token }).run();
    },
    async report(run, deadlineMs) {
      const events = await management.events(directory.id);
      await eventually(
        'every event of the directory has arrived',
        () => {
          const bodies = new Set(receiver.arrivals.map(({ body }) => body));
          return events.every((event) => bodies.has(event));
        },
        deadlineMs,
      );
      return check({ directoryId: directory.id, run, webhooks: receiver.arrivals, events });
    },
  };
}

/** What a kept promise looks like: everything arrived, once or more, verified, in order, without a gap. */
export const KEPT = {
  lost: [],
  reordered: [],
  seqGaps: [],
  unverified: 0,
  unexpected: [],
  wrong: [],
};
