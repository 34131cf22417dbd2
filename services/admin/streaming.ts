import type { Response } from 'express';
import { Problem } from './problem.js';

/** How long a reader may leave what is sent untouched before its connection is cut. */
const SLOW_READER_MS = 60_000;

/** An answer that takes its time: until the client goes, the answer ends, or the process is told to stop. */
export function untilOver(res: Response, stopping: AbortSignal): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  if (stopping.aborted) end();
  else stopping.addEventListener('abort', end, { once: true });
  res.once('close', () => {
    stopping.removeEventListener('abort', end);
    end();
  });
  return over.signal;
}

/** Writes a piece, and waits until the reader has room for the next one; nothing piles up here. Resolves at once when it is over. */
export async function write(res: Response, piece: string, over: AbortSignal): Promise<void> {
  if (over.aborted || res.write(piece)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      clearTimeout(cut);
      res.off('drain', go).off('close', go);
      over.removeEventListener('abort', go);
      resolve();
    };
    const cut = setTimeout(() => res.destroy(), SLOW_READER_MS);
    res.once('drain', go).once('close', go);
    over.addEventListener('abort', go);
  });
}

/** Lets so many through at once. */
export interface Slots {
  /** Does the work in a slot; throws a problem, with what to do instead, when all are taken. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createSlots(max: number, busy: string): Slots {
  let taken = 0;
  return {
    async run(work) {
      if (taken >= max) throw new Problem('busy', busy);
      taken += 1;
      try {
        return await work();
      } finally {
        taken -= 1;
      }
    },
  };
}
