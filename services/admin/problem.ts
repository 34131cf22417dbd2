const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  validation: { status: 400, title: 'The request has invalid fields' },
  unauthorized: { status: 401, title: 'A key or a session is needed' },
  forbidden: { status: 403, title: 'The key or the session does not allow it' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The path has no such method' },
  'precondition-failed': { status: 412, title: 'It has changed since' },
  conflict: { status: 409, title: 'The present state does not allow it' },
  purged: { status: 410, title: 'It is not kept any more' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key is of another request' },
  'too-many-requests': { status: 429, title: 'The requests are too many' },
  busy: { status: 503, title: 'Too much is going on at once' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

export const statusOf = (code: ProblemCode): number => PROBLEMS[code].status;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** RFC 9457 section 3.1, with our own `requestId` and `errors`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

/** An answer that is no success. `detail` says what is wrong and how to mend it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(detail);
  }

  get status(): number {
    return statusOf(this.code);
  }

  body(requestId: string): ProblemBody {
    return {
      type: `urn:rollcall:problem:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.message,
      requestId,
      ...(this.errors.length > 0 && { errors: this.errors }),
    };
  }
}

export const notFound = (what: string, id: string): Problem =>
  new Problem('not-found', `There is no ${what} with the id ${JSON.stringify(id.slice(0, 100))}.`);

const sentence = (text: string): string => (text.endsWith('?') ? text : `${text}.`);

/** One or more fields are wrong; each message completes "<field> …". */
export const invalid = (...errors: readonly FieldError[]): Problem =>
  new Problem('validation', errors.map(({ field, message }) => sentence(`${field} ${message}`)).join(' '), errors);
