import type { ServerResponse } from 'node:http';
import { startReceiver, type Arrival, type Receiver } from '../../services/cli/demo/receiver.js';
import type { Management } from '../../services/cli/demo/management.js';
import type { EventType } from '../../shared/events/event.js';

/** For a receiver of groups alone. */
export const GROUP_TYPES: readonly EventType[] = [
  'group.created',
  'group.updated',
  'group.deleted',
  'group.members_added',
  'group.members_removed',
];

/** How a receiver takes webhooks. */
export type Mood = keyof typeof MOODS;

interface Manner {
  readonly status: Arrival['status'];
  readonly reply: (res: ServerResponse) => void;
}

const SLOWNESS_MS = 1_500;

const MOODS = {
  well: { status: 204, reply: (res) => res.writeHead(204).end() },
  refusing: { status: 500, reply: (res) => res.writeHead(500).end('no') },
  overloaded: { status: 429, reply: (res) => res.writeHead(429, { 'retry-after': '1' }).end() },
  /** Until the other side gives up. */
  hanging: { status: null, reply: () => undefined },
  cutting: { status: null, reply: (res) => res.destroy() },
  /** The connection breaks in the middle of an answer that began well: it is none. */
  stammering: {
    status: null,
    reply: (res) => {
      res.writeHead(200, { 'content-length': '100' }).write('half of', () => res.destroy());
    },
  },
  slow: { status: 204, reply: (res) => void setTimeout(() => res.writeHead(204).end(), SLOWNESS_MS) },
} as const satisfies Readonly<Record<string, Manner>>;

export const BAD_MOODS = Object.keys(MOODS).filter((mood): mood is Mood => mood !== 'well');

/** A host application that remembers everything, and may be in any mood. */
export interface MoodyReceiver {
  readonly name: string;
  readonly endpointId: string;
  readonly types?: readonly EventType[];
  readonly arrivals: readonly Arrival[];
  mood: Mood;
  close: Receiver['close'];
}

export async function openReceiver(
  management: Management,
  name: string,
  types?: readonly EventType[],
): Promise<MoodyReceiver> {
  let mood: Mood = 'well';
  const receiver = await startReceiver(
    () => undefined,
    () => MOODS[mood].status,
    (res, status) => {
      const manner = MOODS[mood];
      if (status === manner.status) manner.reply(res);
      else res.writeHead(status ?? 500).end();
    },
  );
  const { id, secret } = await management.createEndpoint(receiver.url, types);
  receiver.trust(secret);
  return {
    ...{ name, endpointId: id, arrivals: receiver.arrivals, close: () => receiver.close() },
    ...(types === undefined ? {} : { types }),
    get mood() {
      return mood;
    },
    set mood(next) {
      mood = next;
    },
  };
}
