import { openManagement, type Management, type NewDirectory } from '../../services/cli/demo/management.js';
import { startReceiver, type Arrival, type Receiver } from '../../services/cli/demo/receiver.js';
import { check, type Report } from '../../services/simulator/check.js';
import { readEvent } from '../../services/simulator/received.js';
import { createSimulator, type Run, type SimulatorOptions } from '../../services/simulator/simulator.js';
import { scimBaseUrl } from '../../shared/directory/base-url.js';
import type { EventType } from '../../shared/events/event.js';
import { eventually } from './eventually.js';

/** A host application, an organization and a directory, ready to be provisioned. */
export interface Stage {
  readonly receiver: Receiver;
  readonly directory: NewDirectory;
  /** Plays a provider against the directory. `scimUrl`: where SCIM is served, when it is not where the directory says. */
  play(options: Omit<SimulatorOptions, 'baseUrl' | 'token'>, scimUrl?: string): Promise<Run>;
  /** Waits until every event has arrived, then compares what was acknowledged with what came. */
  report(run: Run, deadlineMs: number): Promise<Report>;
}

/** Sets the stage through the management API at `url`. The receiver closes with `stage.receiver.close()`. */
export async function setStage(url: string, adminKey: string, provider: string): Promise<Stage> {
  const management = openManagement(url, adminKey);
  const subscriber = await subscribe(management);
  const organization = await management.createOrganization('Acme');
  const directory = await management.createDirectory(organization, 'Directory', provider);
  return {
    receiver: subscriber.receiver,
    directory,
    play: (options, scimUrl) => play(directory, options, scimUrl),
    report: (run, deadlineMs) => report(management, { directory, run }, subscriber, deadlineMs),
  };
}

/** An endpoint, and the host application behind it. */
export interface Subscriber {
  readonly endpointId: string;
  readonly receiver: Receiver;
  /** Undefined: all of them. */
  readonly types: readonly EventType[] | undefined;
}

/** `answer`: of each webhook; 204 unless it fails for a test's sake. */
export async function subscribe(
  management: Management,
  types?: readonly EventType[],
  answer?: () => Arrival['status'],
): Promise<Subscriber> {
  const receiver = await startReceiver(() => undefined, answer);
  const { id, secret } = await management.createEndpoint(receiver.url, types);
  receiver.trust(secret);
  return { endpointId: id, receiver, types };
}

/** Plays a provider against the directory. `scimUrl`: where SCIM is served, when it is not where the directory says. */
export function play(
  directory: NewDirectory,
  options: Omit<SimulatorOptions, 'baseUrl' | 'token'>,
  scimUrl?: string,
): Promise<Run> {
  const baseUrl = scimUrl === undefined ? directory.scimBaseUrl : scimBaseUrl(scimUrl, directory.id);
  return createSimulator({ ...options, baseUrl, token: directory.token }).run();
}

/** What was acknowledged for a directory. */
export interface Provisioned {
  readonly directory: NewDirectory;
  readonly run: Run;
}

/**
 * Waits until the subscriber has taken every event that it subscribes to, then compares what was acknowledged with what it took.
 * Of what it refused, the first arrival counts for the order too.
 */
export async function report(
  management: Management,
  { directory, run }: Provisioned,
  { receiver: { arrivals }, types }: Subscriber,
  deadlineMs: number,
): Promise<Report> {
  const directoryId = directory.id;
  const events = await management.events(directoryId);
  const compare = (webhooks: readonly Arrival[]): Report =>
    check({ directoryId, run, webhooks, events, ...(types === undefined ? {} : { types }) });
  const isDue = (body: string): boolean => types?.some((type) => type === readEvent(body)?.type) !== false;
  const due = events.filter(isDue);
  const taken = (): readonly Arrival[] => arrivals.filter(({ status }) => status === 204);
  let seen = -1;
  await eventually(
    'every event of the directory has been taken',
    () => {
      if (arrivals.length === seen) return false;
      seen = arrivals.length;
      const bodies = new Set(taken().map(({ body }) => body));
      // Comparing takes long, so that it comes second; it knows of changes that were not listed yet.
      return due.every((body) => bodies.has(body)) && compare(taken()).lost.length === 0;
    },
    deadlineMs,
  );
  const found = compare(taken());
  return { ...found, reordered: [...found.reordered, ...compare(arrivals).reordered] };
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
