import { mongo } from 'mongoose';
import { StoreUnavailable } from '../port.js';

/** No answer before the call's own deadline: the server may have done the work, may do it later, or never. */
export class Unanswered extends StoreUnavailable {
  override readonly name = 'Unanswered';
}

/** No connection could be made: nothing was sent. */
export class Unreachable extends StoreUnavailable {
  override readonly name = 'Unreachable';
}

/** The store was closed while a call was waiting for the server. */
export class StoreClosed extends StoreUnavailable {
  override readonly name = 'StoreClosed';
}

const DUPLICATE_KEY = 11000;

/** Answers that repeating the call cannot change, and that say that nothing was written. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  2, // BadValue
  9, // FailedToParse
  13, // Unauthorized
  14, // TypeMismatch
  18, // AuthenticationFailed
  22, // InvalidBSON
  26, // NamespaceNotFound
  59, // CommandNotFound
  72, // InvalidOptions
  73, // InvalidNamespace
  115, // CommandNotSupported
  121, // DocumentValidationFailure
  8000, // the hosted service refuses (AtlasError)
  10334, // BSONObjectTooLarge
  DUPLICATE_KEY,
]);

/** The `_id`, or another unique key, is taken. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;

/** The server has answered, nothing was written, and it would answer the same again. False of whatever is not certain. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError &&
  !(error instanceof mongo.MongoWriteConcernError) &&
  REFUSALS.has(error.code);

/** Repeating the call is of no use: it was refused, or it is a mistake of ours that never became a call. */
export const isFinal = (error: unknown): boolean =>
  isRefusal(error) ||
  !(error instanceof mongo.MongoError || error instanceof Unanswered || error instanceof Unreachable);

/** As `isFinal`, for upserts: two that meet can answer "duplicate key", and the second try then finds the row. */
export const isFinalForUpsert = (error: unknown): boolean => isFinal(error) && !isDuplicateKey(error);

/** Nothing of the call can have reached a server. */
export const wasNotSent = (error: unknown): boolean =>
  error instanceof Unreachable || error instanceof mongo.MongoServerSelectionError;

/** What a standalone server answers to a linearizable read. */
export const isNotAReplicaSet = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError && error.code === 123;
