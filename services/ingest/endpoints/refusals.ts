import { InvalidVersion, MethodNotAllowed, NotFound, NotImplemented } from '../../../shared/scim/errors.js';
import type { Operation } from '../call.js';

/** Any method on /Me (RFC 7644 section 3.11): tokens stand for a provider, not for a user. */
export const me: Operation = async () => {
  throw new NotImplemented(
    '/Me is not supported: a token stands for an identity provider, not for a user. Use /Users/<id>.',
  );
};

/** A method that a path does not have; `allow` lists those that it has. */
export const notAllowed =
  (allow: string): Operation =>
  async () => {
    throw new MethodNotAllowed(`This method does nothing here. Use ${allow}.`, allow);
  };

/** Another version of the protocol, such as /v1/Users (RFC 7644 section 3.13). */
export const otherVersion: Operation = async ({ baseUrl }) => {
  throw new InvalidVersion(`Only SCIM 2.0 is spoken here. Set the SCIM base URL to ${baseUrl} and the version to 2.0.`);
};

/** Paths that mean nothing, such as those of a base URL without its /v2: told to its own directory, whose log shows what is wrong. */
export const nothingHere: Operation = async ({ baseUrl }) => {
  throw new NotFound(`There is nothing here. Check the SCIM base URL, ${baseUrl}, and the path behind it.`);
};
