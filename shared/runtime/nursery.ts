import { setFlagsFromString } from 'node:v8';

/**
 * V8's nursery, where objects are born, doubles whenever much of it survives, and never gets smaller. What modules make while they
 * load survives, so that an idle process would keep a nursery of 32 MiB: a third of its resident memory.
 */
export const keepNurserySmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');

/** Under load a larger one is worth its memory. */
export const letNurseryGrow = (): void => setFlagsFromString('--semi-space-growth-factor=2');
