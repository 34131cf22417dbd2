import * as z from 'zod';
import { jsonOf } from '../../simulator/json.js';
import { EXIT_UNAVAILABLE, exitCodeOf, type ExitCode } from '../exit-codes.js';

/** What a command ends with, in a sentence, and its exit code. */
export class CommandFailed extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** No answer came: the request may or may not have been carried out. */
export class ApiUnreachable extends CommandFailed {
  constructor(url: string, cause: unknown) {
    const fix = 'start it (rollcall standalone), or say where it is with --url or ROLLCALL_URL';
    super(`Rollcall cannot be reached at ${url}: ${reasonOf(cause)}; ${fix}`, EXIT_UNAVAILABLE);
  }
}

/** The management API refused, or failed. */
export class Refused extends CommandFailed {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly fields: readonly FieldError[] = [],
    requestId?: string,
  ) {
    super(requestId === undefined || status < 500 ? detail : `${detail} (request ${requestId})`, exitCodeOf(status));
  }
}

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** RFC 9457 section 3.1, with what Rollcall adds. */
const problem = z.object({
  detail: z.string(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** What an answer that is no success says. */
export function refusal(status: number, body: string, what: string): Refused {
  const parsed = problem.safeParse(jsonOf(body)).data;
  if (parsed === undefined)
    return new Refused(status, `${what} was answered ${status}, by something that is no Rollcall`);
  return new Refused(status, parsed.detail, parsed.errors, parsed.requestId);
}

/** Of a name with several addresses, each has been tried. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? cause.code : undefined;
  return code === 'ECONNREFUSED' ? 'nothing listens there' : cause.message;
}
