/** Each with what it means, for docs/command.md. */
export const EXIT_CODES = {
  0: 'done; of what goes on until it is told to stop: it was told to',
  1: 'failed: a check, a step, a replayed delivery, or Rollcall itself (a 5xx)',
  2: 'wrong usage: an unknown command, flag or value, or a field that the API refuses',
  3: 'there is no such thing, or it is not kept any more (404, 410)',
  4: 'the present state does not allow it (409, 412)',
  69: 'Rollcall cannot be reached, or is too busy (429, 503)',
  77: 'no admin key, or one that is not accepted (401, 403)',
  78: 'wrong configuration',
  130: '`demo` was interrupted',
  141: 'whoever reads the output is gone, as `head` is when it has its lines',
} as const;

export type ExitCode = keyof typeof EXIT_CODES;

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_NOT_FOUND = 3;
const EXIT_CONFLICT = 4;
/** sysexits.h: EX_UNAVAILABLE, EX_NOPERM, EX_CONFIG. */
export const EXIT_UNAVAILABLE = 69;
export const EXIT_DENIED = 77;
export const EXIT_CONFIG = 78;
/** As a shell tells of SIGPIPE. */
export const EXIT_PIPE = 141;

/** What a refusal by the management API ends a command with. */
export function exitCodeOf(status: number): ExitCode {
  switch (status) {
    case 401:
    case 403:
      return EXIT_DENIED;
    case 404:
    case 410:
      return EXIT_NOT_FOUND;
    case 409:
    case 412:
      return EXIT_CONFLICT;
    case 429:
    case 503:
      return EXIT_UNAVAILABLE;
    default:
      return status < 500 ? EXIT_USAGE : EXIT_FAILED;
  }
}
