import type { Api } from '../api/api.js';
import type { Interruption } from '../api/follow.js';
import { duration } from '../output/text.js';
import type { Terminal } from '../terminal.js';

/** Says what is going on while a command waits for Rollcall. */
export const tellInterruption =
  ({ url }: Api, { note, paint }: Terminal) =>
  (what: Interruption): void =>
    note(
      what.kind === 'lost'
        ? paint.doubtful(`The connection to ${url} is lost; waiting for Rollcall, to go on after the last event.`)
        : paint.good(`Rollcall is there again after ${duration(what.afterMs)}; going on.`),
    );
