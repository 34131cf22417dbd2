import { pauseAfter, type BackOff } from '../../shared/runtime/pause.js';
import { applyChange, emptyWorld, expectedEvents, type Change, type ExpectedEvent, type World } from './truth.js';
import type { Answer, Method, Wire } from './wire.js';

/** One HTTP request and what came of it: the acknowledged log is made of these. */
export interface Exchange {
  /** The step of the story that it belongs to, in words. */
  readonly step: string;
  readonly method: Method;
  /** Without the SCIM base URL. */
  readonly path: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly requestId: string | null;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly durationMs: number;
  /** Why no answer came, or what the service provider's error says. */
  readonly error: string | null;
  /** What a 2xx to a write promises. */
  readonly acknowledged: Acknowledged | null;
}

interface Acknowledged {
  readonly expected: readonly ExpectedEvent[];
  /**
   * False where an earlier try had no certain outcome, or where it is not known what was there before: the change may have been
   * made by another request, so that only the final state can be checked.
   */
  readonly certain: boolean;
}

/** Something whose state cannot be known, because no try of a write got a certain answer. */
export interface Doubt {
  readonly type: 'User' | 'Group';
  /** Null for a create: it may have left a resource with an unknown id. */
  readonly id: string | null;
}

/** What a step ends with when a request is refused, or never answered. The run goes on. */
export class StepFailed extends Error {}

interface Creation {
  readonly type: 'User' | 'Group';
  readonly path: string;
  readonly body: object;
  readonly change: (id: string) => Change;
  /** Looks for the resource by name. */
  readonly find: () => Promise<string | undefined>;
  /** Takes over a resource that is there already. */
  readonly adopt: (id: string) => Promise<void>;
}

export interface Session {
  readonly world: World;
  readonly exchanges: readonly Exchange[];
  readonly doubts: readonly Doubt[];
  /** The part of the session that speaks for one step of the story. */
  during(step: string): Conversation;
}

/** Requests with the patience of an identity provider. Every method throws `StepFailed` in the end. */
export interface Conversation {
  readonly world: World;
  /** The answer's JSON; undefined for a 404. */
  readonly get: (path: string) => Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Finds or creates; answers the id. A create whose answer was lost, or that meets a 409, is looked for before it is repeated. */
  readonly create: (creation: Creation) => Promise<string>;
  /** These may be repeated: each says what shall be, not what to add. */
  readonly write: Write<'PUT' | 'PATCH' | 'DELETE'>;
  /** As `write`, of a resource whose former state is unknown. */
  readonly overwrite: Write<'PUT' | 'PATCH'>;
  /** A resource that turned out to be there, with nothing left to write. */
  readonly learn: (change: Change) => void;
}

type Write<M extends Method> = (method: M, path: string, body: object | undefined, change: Change) => Promise<void>;

export interface Patience {
  /** Tries of one request, the first included. */
  readonly tries: number;
  readonly onExchange: (exchange: Exchange) => void;
  /** Resolves after that time, or at once when the run is to stop. */
  readonly pause: (ms: number) => Promise<void>;
}

const PAUSES: BackOff = { firstMs: 100, longestMs: 5_000 };
/** Longest Retry-After that is waited for. */
const RETRY_AFTER_MAX_MS = 30_000;

export function openSession(wire: Wire, patience: Patience): Session {
  const world = emptyWorld();
  const exchanges: Exchange[] = [];
  const doubts: Doubt[] = [];
  const record = (exchange: Exchange): void => {
    exchanges.push(exchange);
    patience.onExchange(exchange);
  };
  return {
    world,
    exchanges,
    doubts,
    during: (step) => converse({ step, wire, world, doubts, record, patience }),
  };
}

interface Context {
  readonly step: string;
  readonly wire: Wire;
  readonly world: World;
  readonly doubts: Doubt[];
  readonly record: (exchange: Exchange) => void;
  readonly patience: Patience;
}

function converse(context: Context): Conversation {
  const { world } = context;
  return {
    world,
    async get(path) {
      const { answer } = await persist(context, { method: 'GET', path });
      if (answer.status === 404) return undefined;
      return accept('GET', path, answer).body;
    },
    create: (creation) => create(context, creation),
    write: (method, path, body, change) => write(context, { method, path, body }, change, true),
    overwrite: (method, path, body, change) => write(context, { method, path, body }, change, false),
    learn: (change) => applyChange(world, change),
  };
}

interface Request {
  readonly method: Method;
  readonly path: string;
  readonly body?: object | undefined;
  /** What a 2xx makes true. */
  readonly acknowledge?: ((answer: Answer, isRepeated: boolean) => Acknowledged) | undefined;
}

/** One try, and its line in the log. */
async function attempt(
  { step, wire, record }: Context,
  request: Request,
  number: number,
  isRepeated: boolean,
): Promise<Answer> {
  const { method, path, body, acknowledge } = request;
  const answer = await wire.send(method, path, body);
  const { status, requestId, sentAt, durationMs } = answer;
  const acknowledged = isSuccess(answer) ? (acknowledge?.(answer, isRepeated) ?? null) : null;
  record({
    step,
    method,
    path,
    attempt: number,
    status,
    requestId,
    sentAt,
    durationMs,
    error: complaint(answer),
    acknowledged,
  });
  return answer;
}

/** Tries until there is a certain answer, or the tries are spent. `isRepeated`: an earlier try may have been carried out. */
async function persist(context: Context, request: Request): Promise<{ answer: Answer; isRepeated: boolean }> {
  const { tries, pause } = context.patience;
  let isRepeated = false;
  for (let number = 1; ; number += 1) {
    const answer = await attempt(context, request, number, isRepeated);
    if (!isWorthRetrying(answer) || number >= tries) return { answer, isRepeated: isRepeated || isUncertain(answer) };
    isRepeated ||= isUncertain(answer);
    await pause(delayOf(answer, number));
  }
}

async function write(context: Context, request: Request, change: Change, isKnown: boolean): Promise<void> {
  const { method, path } = request;
  const { answer, isRepeated } = await persist(context, {
    ...request,
    acknowledge: (_answer, repeated) => acknowledge(context.world, change, isKnown && !repeated),
  });
  if (isSuccess(answer)) return;
  if (method === 'DELETE' && answer.status === 404 && isRepeated) {
    applyChange(context.world, change);
    return;
  }
  if (isRepeated) context.doubts.push({ type: change.type === 'User' ? 'User' : 'Group', id: change.id });
  accept(method, path, answer);
}

async function create(context: Context, creation: Creation): Promise<string> {
  const progress: CreationProgress = { uncertain: 0, found: undefined };
  try {
    const id = await findOrCreate(context, creation, progress);
    // Two groups may have one name: what was tried first, and is not the one that was found, can still come behind the one that was made.
    const late = creation.type === 'Group' ? progress.uncertain - (progress.found === undefined ? 0 : 1) : 0;
    for (let times = 0; times < late; times += 1) context.doubts.push({ type: 'Group', id: null });
    return id;
  } catch (error) {
    if (progress.uncertain > 0) context.doubts.push({ type: creation.type, id: progress.found ?? null });
    throw error;
  }
}

interface CreationProgress {
  /** POSTs without a certain answer, each of which may have been carried out, or may be yet. */
  uncertain: number;
  found: string | undefined;
}

async function findOrCreate(context: Context, creation: Creation, progress: CreationProgress): Promise<string> {
  const { path, body, change } = creation;
  const { tries, pause } = context.patience;
  for (let number = 1; ; number += 1) {
    progress.found = await creation.find();
    if (progress.found !== undefined) {
      await creation.adopt(progress.found);
      return progress.found;
    }
    const acknowledgeCreation = (answer: Answer): Acknowledged =>
      acknowledge(context.world, change(idOf(answer)), true);
    const answer = await attempt(
      context,
      { method: 'POST', path, body, acknowledge: acknowledgeCreation },
      number,
      false,
    );
    if (isSuccess(answer)) return idOf(answer);
    if (isUncertain(answer)) progress.uncertain += 1;
    // 409: it appeared between the look and the create, so the next look finds it.
    const isTransient = isWorthRetrying(answer) || answer.status === 409;
    if (number >= tries || !isTransient) accept('POST', path, answer);
    if (answer.status !== 409) await pause(delayOf(answer, number));
  }
}

const idOf = ({ body }: Answer): string => String(body['id']);

function acknowledge(world: World, change: Change, certain: boolean): Acknowledged {
  const expected = expectedEvents(change);
  applyChange(world, change);
  return { expected, certain };
}

const isSuccess = ({ status }: Answer): boolean => status !== null && status >= 200 && status < 300;

/** No answer, or one that does not say whether the change was made. */
const isUncertain = ({ status }: Answer): boolean => status === null || status >= 500;

const isWorthRetrying = (answer: Answer): boolean => isUncertain(answer) || answer.status === 429;

function delayOf({ retryAfterMs }: Answer, attempt: number): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS);
  return pauseAfter(PAUSES, attempt);
}

function accept(method: Method, path: string, answer: Answer): Answer {
  if (isSuccess(answer)) return answer;
  throw new StepFailed(`${method} ${path}: ${answer.status ?? 'no answer'}: ${complaint(answer) ?? 'no reason given'}`);
}

/** The `detail` of a SCIM error (RFC 7644 section 3.12), or why there was no answer. */
function complaint(answer: Answer): string | null {
  if (answer.error !== null) return answer.error;
  const { detail } = answer.body;
  return !isSuccess(answer) && typeof detail === 'string' ? detail : null;
}
