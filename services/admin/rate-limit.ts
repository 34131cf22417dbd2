import type { RequestHandler } from 'express';
import { capacityOf, fullBucket, takeToken, type Bucket } from '../../shared/runtime/token-bucket.js';
import { callerOf } from './authenticate.js';
import { Problem } from './problem.js';

/** More than there are keys in use; beyond it all begin anew. */
const KEYS_MAX = 10_000;
const SECOND_MS = 1000;

/**
 * Spaces the requests of each admin key, or of each set-up link: `perSecond`, and as many at once. Every answer tells what is left, by the fields of
 * draft-ietf-httpapi-ratelimit-headers-11.
 */
export function limitRate(perSecond: number): RequestHandler {
  const buckets = new Map<string, Bucket>();
  const quota = Math.floor(capacityOf(perSecond));
  const policy = `"requests";q=${quota};w=${Math.ceil(quota / perSecond)}`;
  return (_req, res, next) => {
    const now = performance.now();
    const keyId = callerOf(res)?.keyId ?? '';
    const taken = takeToken(buckets.get(keyId) ?? fullBucket(perSecond, now), perSecond, now);
    const tokens = 'notBefore' in taken ? 0 : taken.tokens;
    const fullInS = Math.ceil((capacityOf(perSecond) - tokens) / perSecond);
    res.setHeader('ratelimit-policy', policy);
    res.setHeader('ratelimit', `"requests";r=${Math.floor(tokens)};t=${fullInS}`);
    if ('notBefore' in taken) {
      res.setHeader('retry-after', Math.ceil((taken.notBefore - now) / SECOND_MS));
      throw new Problem(
        'too-many-requests',
        `More than ${perSecond} requests came in a second; wait as long as Retry-After says.`,
      );
    }
    if (buckets.size >= KEYS_MAX) buckets.clear();
    buckets.set(keyId, taken);
    next();
  };
}
