import { remember } from '../../shared/runtime/remember.js';
import { capacityOf, debtMs, fullBucket, takeToken, type Bucket } from '../../shared/runtime/token-bucket.js';
import { TooManyRequests } from '../../shared/scim/errors.js';
import type { ScimHandler } from './call.js';

/** How long a request may have to wait for its turn; shorter than what a process that stops gives to those under way. */
const WAIT_MAX_S = 5;
/**
 * Those that wait go on together, so that they share a commit; few enough that others hardly wait for them. Measured beside one
 * that sends as fast as it can (`npm run bench -- neighbour`): with 50 ms, the slowest hundredth took a fifth longer.
 */
const TURN_MS = 20;
/** What a directory that was silent may have at once, as a share of a second's. A whole second's held others up for 30 ms. */
const BURST_S = 0.1;
const DIRECTORIES_MAX = 10_000;

/**
 * Spaces the requests of each directory: `perSecond`, and a tenth of it at once. Those that come faster wait for their turn, because
 * identity providers stop provisioning for hours where they are refused; only what would wait too long is.
 */
export function pace(perSecond: number): ScimHandler {
  const buckets = new Map<string, Bucket>();
  const burst = perSecond * BURST_S;
  const limits = { capacity: capacityOf(burst), debtMax: perSecond * WAIT_MAX_S };
  return (_req, res, next) => {
    const now = performance.now();
    const { id } = res.locals.directory;
    const taken = takeToken(buckets.get(id) ?? fullBucket(burst, now), perSecond, now, limits);
    if ('notBefore' in taken) throw tooFast(perSecond, taken.notBefore - now);
    remember(buckets, id, taken, DIRECTORIES_MAX);
    const waitMs = debtMs(taken, perSecond);
    if (waitMs === 0) next();
    else setTimeout(() => isAwaited(res) && next(), turnAfter(now + waitMs) - now);
  };
}

const turnAfter = (at: number): number => Math.ceil(at / TURN_MS) * TURN_MS;

/** What its client has given up is not carried out. */
const isAwaited = ({ destroyed }: Parameters<ScimHandler>[1]): boolean => !destroyed;

const tooFast = (perSecond: number, restMs: number): TooManyRequests =>
  new TooManyRequests(
    `More than ${perSecond} requests a second came for this directory, for longer than ${WAIT_MAX_S} s. Wait as long as Retry-After says, and send fewer at once.`,
    Math.ceil(WAIT_MAX_S + restMs / 1000),
  );
