/** Beside 0, done, and 1, failed. */
export const EXIT_USAGE = 2;
/** sysexits.h: EX_CONFIG. */
export const EXIT_CONFIG = 78;
