import { CLOCKS_APART_MS } from '../runtime/clock.js';

/** When a lease of that length ends at the latest. One that ends later was taken by a clock that was ahead, and is free. */
export const latestEnd = (now: number, ttlMs: number): number => now + ttlMs + CLOCKS_APART_MS;
