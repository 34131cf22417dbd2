import type { Request, Response } from 'express';
import { remember } from '../../shared/runtime/remember.js';
import { Problem } from './problem.js';

/** So many wrong keys are mistakes. */
const FREE = 10;
/** The pause after the next one, twice as long after each further one, up to the longest. */
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** Most addresses remembered. */
const ADDRESSES_MAX = 10_000;

/** Slows down who tries keys, by client address. */
export interface LockOut {
  /** Throws while the address has to wait, whatever its key. */
  require(req: Request, res: Response): void;
  /** A wrong key came from there. */
  note(req: Request): void;
  /** The right one did. */
  forget(req: Request): void;
}

export function createLockOut(now: () => number = () => performance.now()): LockOut {
  const wrong = new Map<string, { readonly count: number; readonly until: number }>();
  const from = ({ ip }: Request): string => ip ?? '';
  return {
    require(req, res) {
      const restMs = (wrong.get(from(req))?.until ?? 0) - now();
      if (restMs <= 0) return;
      res.setHeader('retry-after', Math.ceil(restMs / 1000));
      throw new Problem(
        'too-many-requests',
        'Too many wrong admin keys came from this address; wait as long as Retry-After says, and check the key.',
      );
    },
    note(req) {
      const count = (wrong.get(from(req))?.count ?? 0) + 1;
      const pauseMs = count < FREE ? 0 : Math.min(FIRST_MS * 2 ** (count - FREE), LONGEST_MS);
      remember(wrong, from(req), { count, until: now() + pauseMs }, ADDRESSES_MAX);
    },
    forget: (req) => void wrong.delete(from(req)),
  };
}
