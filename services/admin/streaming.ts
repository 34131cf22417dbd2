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

/**
 * Writes text piece by piece; `begin` says what it is when the first one is there, so that what fails before is still a problem.
 * Text that is not at its end when it is over is cut off.
 */
export async function stream(
  res: Response,
  pieces: AsyncIterable<string>,
  over: AbortSignal,
  begin: () => void,
): Promise<void> {
  let begun = false;
  for await (const piece of pieces) {
    if (!begun) begin();
    begun = true;
    if (over.aborted) {
      res.destroy();
      return;
    }
    res.flushHeaders();
    await write(res, piece, over);
  }
  if (!begun) begin();
  res.end();
}

/** Writes a piece, and waits until the reader has room for the next one; nothing piles up here. Resolves at once when it is over. */
async function write(res: Response, piece: string, over: AbortSignal): Promise<void> {
  if (over.aborted || piece === '' || res.write(piece)) return;
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
  /** The same text, for as long as it is written. */
  during(pieces: AsyncIterable<string>): AsyncIterable<string>;
}

export function createSlots(max: number, busy: string): Slots {
  let taken = 0;
  const take = (): void => {
    if (taken >= max) throw new Problem('busy', busy);
    taken += 1;
  };
  return {
    async run(work) {
      take();
      try {
        return await work();
      } finally {
        taken -= 1;
      }
    },
    async *during(pieces) {
      take();
      try {
        yield* pieces;
      } finally {
        taken -= 1;
      }
    },
  };
}
