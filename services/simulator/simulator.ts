import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect, Member, PROVIDERS } from './dialects/dialect.js';
import { entraDialect } from './dialects/entra.js';
import { oktaDialect } from './dialects/okta.js';
import { runInLanes } from './lanes.js';
import { openSession, StepFailed, type Conversation, type Doubt, type Exchange, type Session } from './session.js';
import { createStory, type Profile, type Step } from './story.js';
import type { UserState, World } from './truth.js';
import { openWire } from './wire.js';

export type Provider = (typeof PROVIDERS)[number];

export interface SimulatorOptions {
  /** SCIM base URL of a directory, and its bearer token. */
  readonly baseUrl: string;
  readonly token: string;
  readonly provider: Provider;
  /** Entra ID only: as with `?aadOptscim062020` behind the tenant URL. */
  readonly aadOptscim062020?: boolean;
  /** Same seed, users and groups: the same requests. */
  readonly seed: number;
  readonly users: number;
  readonly groups: number;
  /** Steps at a time; steps about the same user or group stay in order. Default 4. */
  readonly concurrency?: number;
  /** Shortest time from one step to the next. Default 0. */
  readonly paceMs?: number;
  /** Tries of a request that gets a 429, a 5xx or no answer, at growing distances up to 5 s. Default 8: about 11 s. */
  readonly tries?: number;
  /** Longest pause between two of them, whatever the other side asks for. Default: as long as said. */
  readonly longestPauseMs?: number;
  /** Called with each request, in the order in which they end. */
  readonly onRequest?: (exchange: Exchange) => void;
  /** Called after each step of the story, in whichever order they end. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Aborted: starts no further step. */
  readonly signal?: AbortSignal;
}

/** What an identity provider knows after a run. */
export interface Run {
  /** Every request, in the order in which they ended. */
  readonly exchanges: readonly Exchange[];
  /** Users and groups as they must be now. */
  readonly world: World;
  /** What cannot be known, because no certain answer came. */
  readonly doubts: readonly Doubt[];
  /** Steps that were refused, never answered, or in vain because an earlier one failed. */
  readonly failures: readonly Failure[];
}

interface Failure {
  readonly step: string;
  readonly reason: string;
}

/** An identity provider that plays the story of its seed over real SCIM HTTP. An error ends a step, never the run. */
export function createSimulator(options: SimulatorOptions): { run(): Promise<Run> } {
  const { baseUrl, token, provider, seed, users, groups } = options;
  const {
    concurrency = 4,
    paceMs = 0,
    tries = 8,
    longestPauseMs = Infinity,
    signal = new AbortController().signal,
  } = options;
  const dialect = provider === 'okta' ? oktaDialect(seed) : entraDialect(seed, options.aadOptscim062020 === true);
  // Every step that waits listens to it.
  setMaxListeners(0, signal);
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  const pauseOfTries = (ms: number): Promise<void> => pause(Math.min(ms, longestPauseMs));
  return {
    async run() {
      const headers = { ...dialect.headers, authorization: `Bearer ${token}` };
      const wire = openWire(baseUrl, headers, concurrency);
      const session = openSession(wire, {
        tries,
        pause: pauseOfTries,
        onExchange: options.onRequest ?? (() => undefined),
      });
      const failures: Failure[] = [];
      const attempt = async (step: string, work: () => Promise<void>): Promise<void> => {
        if (signal.aborted) return;
        try {
          await work();
        } catch (error) {
          if (!(error instanceof StepFailed)) throw error;
          failures.push({ step, reason: error.message });
        }
      };
      const cast: Cast = { people: new Map(), groups: new Map() };
      const atPace = createPace(paceMs, pause);
      try {
        const connect = 'the directory is connected';
        await attempt(connect, () => dialect.connect(session.during(connect)));
        // As a provider does whose test of the connection fails: nothing is provisioned.
        const story = failures.length === 0 ? createStory({ seed, users, groups }) : [];
        let done = 0;
        await runInLanes(story, keysOf, concurrency, async (step) => {
          await atPace();
          await attempt(step.text, () => play(step, { dialect, cast, session }));
          options.onProgress?.((done += 1), story.length);
        });
      } finally {
        await wire.close();
      }
      const { exchanges, world, doubts } = session;
      return { exchanges, world, doubts, failures };
    },
  };
}

function createPace(paceMs: number, pause: (ms: number) => Promise<void>): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    const wait = next - now;
    next = Math.max(next, now) + paceMs;
    if (wait > 0) await pause(wait);
  };
}

/** Whom a step is about: it must neither overtake nor be overtaken by another step about one of them. */
function keysOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'hire':
    case 'rename':
    case 'transfer':
      return step.profile.manager === null ? [step.person] : [step.person, step.profile.manager];
    case 'leave':
    case 'return':
    case 'purge':
      return [step.person];
    case 'moveMembers':
      return [step.group, ...step.joins, ...step.leaves];
    case 'createGroup':
    case 'renameGroup':
    case 'deleteGroup':
      return [step.group];
  }
}

interface Person {
  readonly id: string;
  readonly state: UserState;
}

/** The people and groups of the story that the service provider knows, by their keys in the story. */
interface Cast {
  readonly people: Map<string, Person>;
  readonly groups: Map<string, string>;
}

interface Stage {
  readonly dialect: Dialect;
  readonly cast: Cast;
  readonly session: Session;
}

function play(step: Step, stage: Stage): Promise<void> {
  const conversation = stage.session.during(step.text);
  return 'person' in step ? playPerson(step, stage, conversation) : playGroup(step, stage, conversation);
}

type PersonStep = Extract<Step, { person: string }>;
type GroupStep = Extract<Step, { group: string }>;

async function playPerson(step: PersonStep, { dialect, cast }: Stage, conversation: Conversation): Promise<void> {
  const { people } = cast;
  const stateOf = (profile: Profile, active: boolean): UserState => {
    const manager = profile.manager === null ? undefined : people.get(profile.manager);
    return dialect.userState(step.person, profile, active, manager?.id ?? null);
  };
  if (step.kind === 'hire') {
    const state = stateOf(step.profile, true);
    people.set(step.person, { id: await dialect.createUser(conversation, state), state });
    return;
  }
  const { id, state } = known(people.get(step.person), step.person);
  switch (step.kind) {
    case 'rename':
    case 'transfer': {
      const changed = stateOf(step.profile, state.active);
      await dialect.updateUser(conversation, id, changed);
      people.set(step.person, { id, state: changed });
      break;
    }
    case 'leave':
    case 'return': {
      const changed = { ...state, active: step.kind === 'return' };
      await dialect.setActive(conversation, id, changed);
      people.set(step.person, { id, state: changed });
      break;
    }
    case 'purge':
      if (dialect.deleteUser === undefined) break;
      await dialect.deleteUser(conversation, id);
      people.delete(step.person);
  }
}

async function playGroup(step: GroupStep, { dialect, cast }: Stage, conversation: Conversation): Promise<void> {
  const { groups } = cast;
  if (step.kind === 'createGroup') {
    groups.set(step.group, await dialect.createGroup(conversation, dialect.groupState(step.group, step.displayName)));
    return;
  }
  const id = known(groups.get(step.group), step.group);
  switch (step.kind) {
    case 'renameGroup':
      return dialect.renameGroup(conversation, id, dialect.groupState(step.group, step.displayName));
    case 'deleteGroup':
      await dialect.deleteGroup(conversation, id);
      groups.delete(step.group);
      break;
    case 'moveMembers': {
      const present = conversation.world.members.get(id) ?? new Set();
      const joins = membersOf(cast, step.joins).filter((member) => !present.has(member.id));
      const leaves = membersOf(cast, step.leaves).filter((member) => present.has(member.id));
      if (joins.length + leaves.length > 0) await dialect.moveMembers(conversation, id, joins, leaves);
    }
  }
}

/** Whoever could not be created cannot be a member either. */
const membersOf = ({ people }: Cast, keys: readonly string[]): Member[] =>
  keys.flatMap((key) => {
    const person = people.get(key);
    return person === undefined ? [] : [{ id: person.id, userName: person.state.userName }];
  });

function known<T>(found: T | undefined, key: string): T {
  if (found === undefined) throw new StepFailed(`${key} is not known to the service provider: an earlier step failed`);
  return found;
}
