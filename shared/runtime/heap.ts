import { setFlagsFromString } from 'node:v8';

/**
 * V8's nursery, where objects are born, doubles whenever much of it survives, and never gets smaller. What modules make while they
 * load survives, so that an idle process would keep a nursery of 32 MiB: a third of its resident memory.
 */
export const keepNurserySmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');

/** Under load a larger one is worth its memory. */
export const letNurseryGrow = (): void => setFlagsFromString('--semi-space-growth-factor=2');

/**
 * V8 lets a small heap grow to four times what is alive in it before it looks for what is not: what has waited for an answer and
 * is over. With a fifth more than what is alive, a process that delivers 3,000 webhooks a second looks every few seconds.
 */
export const collectEarly = (): void => setFlagsFromString('--heap-growing-percent=20');
