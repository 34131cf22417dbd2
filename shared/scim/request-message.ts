import { InvalidSyntax } from './errors.js';
import { isObject, sameText } from './values.js';

/** The messages that clients send beside resources (RFC 7644 sections 3.4.3, 3.5.2 and 3.7). */
export type RequestMessage = 'SearchRequest' | 'PatchOp' | 'BulkRequest';

export const messageUrn = (name: RequestMessage): string => `urn:ietf:params:scim:api:messages:2.0:${name}`;

/** The members of a message. Throws `InvalidSyntax` when the body is none, or one of another kind. */
export function readMessage(name: RequestMessage, body: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(body)) throw new InvalidSyntax(`The body is not a JSON object. Send a ${name} message.`);
  const { schemas } = body;
  const urn = messageUrn(name);
  if (Array.isArray(schemas) && schemas.some((one) => sameText(one, urn))) return body;
  throw new InvalidSyntax(`schemas: it must name ${urn}.`);
}
