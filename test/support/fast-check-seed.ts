import fc from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a run is red only for what was changed. FAST_CHECK_SEED=<number> draws
 * others, and `random` others in every file; a failure prints its seed.
 */
const DEFAULT_SEED = 20_260_131;

const asked = process.env['FAST_CHECK_SEED'] ?? String(DEFAULT_SEED);
const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked);
if (!Number.isInteger(seed)) throw new Error(`FAST_CHECK_SEED: it is "${asked}", must be a whole number or "random".`);

fc.configureGlobal({ seed });
