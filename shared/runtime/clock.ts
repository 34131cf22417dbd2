/** Milliseconds since the epoch. Passed in wherever time decides something, so that tests can hold it. */
export type Clock = () => number;

/** The clocks of several processes are never so far apart: what is dated so far ahead was dated by a clock that has been set right since. */
export const CLOCKS_APART_MS = 60_000;

export const systemClock: Clock = () => Date.now();
