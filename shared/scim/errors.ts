/** The closed set of RFC 7644 section 3.12, table 9, and of RFC 9865 section 2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'invalidCursor'
  | 'invalidCount';

/**
 * A request that is refused, as the wire tells it. `detail` goes to the client: it names the attribute or parameter, what is
 * allowed, and the fix. One class per refusal, each with the section it comes from.
 */
export abstract class ScimError extends Error {
  constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
  ) {
    super(detail);
    this.name = new.target.name;
  }
}

/** RFC 7644 section 3.4.2.2. */
export class InvalidFilter extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidFilter', detail);
  }
}

/** The body is not JSON, or has not the form of the message (RFC 7644 section 3.12). */
export class InvalidSyntax extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidSyntax', detail);
  }
}

/** A required value is missing, or a value is not of the attribute's type (RFC 7644 section 3.12). */
export class InvalidValue extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidValue', detail);
  }
}

/** A PATCH path that names nothing the resource type has (RFC 7644 section 3.5.2). */
export class InvalidPath extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidPath', detail);
  }
}

/** A PATCH path that yields nothing to operate on (RFC 7644 sections 3.5.2.2 and 3.5.2.3). */
export class NoTarget extends ScimError {
  constructor(detail: string) {
    super(400, 'noTarget', detail);
  }
}

/** More results than the service provider can put in order at once (RFC 7644 section 3.4.2.2). */
export class TooMany extends ScimError {
  constructor(detail: string) {
    super(400, 'tooMany', detail);
  }
}

/** Another version of the protocol (RFC 7644 section 3.13). */
export class InvalidVersion extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidVers', detail);
  }
}

/** RFC 9865 section 2.1. */
export class InvalidCursor extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidCursor', detail);
  }
}

/** RFC 9865 section 2.1. */
export class InvalidCount extends ScimError {
  constructor(detail: string) {
    super(400, 'invalidCount', detail);
  }
}

/** The change contradicts the attribute's mutability (RFC 7644 section 3.5.2). */
export class Mutability extends ScimError {
  constructor(detail: string) {
    super(400, 'mutability', detail);
  }
}

/** RFC 6750 section 3, RFC 7644 section 2. */
export class Unauthorized extends ScimError {
  constructor(detail: string) {
    super(401, undefined, detail);
  }
}

/** What the client asks for is not permitted, such as a filter on a discovery endpoint (RFC 7644 section 4). */
export class Forbidden extends ScimError {
  constructor(detail: string) {
    super(403, undefined, detail);
  }
}

/** RFC 7644 section 3.4.1. */
export class NotFound extends ScimError {
  constructor(detail: string) {
    super(404, undefined, detail);
  }
}

/** RFC 9110 section 15.5.6. `allow` lists the methods that there are. */
export class MethodNotAllowed extends ScimError {
  constructor(
    detail: string,
    readonly allow: string,
  ) {
    super(405, undefined, detail);
  }
}

/** RFC 7644 section 3.3. */
export class Uniqueness extends ScimError {
  constructor(detail: string) {
    super(409, 'uniqueness', detail);
  }
}

/** A reference in a bulk request that cannot be resolved (RFC 7644 section 3.7.2). */
export class Conflict extends ScimError {
  constructor(detail: string) {
    super(409, undefined, detail);
  }
}

/** RFC 7644 section 3.14. */
export class PreconditionFailed extends ScimError {
  constructor(detail: string) {
    super(412, undefined, detail);
  }
}

/** RFC 7644 section 3.12. */
export class PayloadTooLarge extends ScimError {
  constructor(detail: string) {
    super(413, undefined, detail);
  }
}

/** Ours or the store's fault; says no more than that. */
export class InternalError extends ScimError {
  constructor() {
    super(500, undefined, 'Something went wrong on our side; nothing is wrong with the request. Repeat it later.');
  }
}

/** RFC 7644 section 3.11. */
export class NotImplemented extends ScimError {
  constructor(detail: string) {
    super(501, undefined, detail);
  }
}

/** RFC 9110 section 15.6.4. */
export class Unavailable extends ScimError {
  constructor(detail: string) {
    super(503, undefined, detail);
  }
}

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** RFC 7644 section 3.12: `status` is a string. */
export const errorBody = ({ status, scimType, detail }: ScimError): object => ({
  schemas: [ERROR_URN],
  status: String(status),
  ...(scimType === undefined ? {} : { scimType }),
  detail,
});

/** RFC 6585 section 4. */
export class TooManyRequests extends ScimError {
  constructor(
    detail: string,
    /** Seconds. */
    readonly retryAfter: number,
  ) {
    super(429, undefined, detail);
  }
}
