/** Tokens that have gathered up to a time by `performance.now()`. One request takes one. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

const SECOND_MS = 1000;

/** What gathers in a second, or one token where that is less. */
export const capacityOf = (perSecond: number): number => Math.max(perSecond, 1);

export const fullBucket = (perSecond: number, now: number): Bucket => ({ tokens: capacityOf(perSecond), at: now });

/** The bucket without one token, which may leave it in debt of as many as `debtMax`; or when it will have one. */
export function takeToken(
  bucket: Bucket,
  perSecond: number,
  now: number,
  { capacity = capacityOf(perSecond), debtMax = 0 } = {},
): Bucket | { readonly notBefore: number } {
  const gathered = bucket.tokens + ((now - bucket.at) / SECOND_MS) * perSecond;
  const tokens = Math.min(gathered, capacity);
  if (tokens + debtMax < 1) return { notBefore: now + ((1 - tokens - debtMax) / perSecond) * SECOND_MS };
  return { tokens: tokens - 1, at: now };
}

/** How long it takes until a debt has gathered, in milliseconds. */
export const debtMs = ({ tokens }: Bucket, perSecond: number): number => Math.max(0, (-tokens / perSecond) * SECOND_MS);

/** For a token that was not used. */
export const giveBack = ({ tokens, at }: Bucket): Bucket => ({ tokens: tokens + 1, at });
