import type { RequestHandler } from 'express';
import { callerOf } from '../authenticate.js';
import type { Operation } from '../operation.js';

/**
 * Operations on a directory (`id` in their paths), as operations on the directory of the caller's session: there is no other one that a
 * request could name.
 */
export const ofOwnDirectory = <Table extends Readonly<Record<string, Operation>>>(table: Table): Table =>
  Object.fromEntries(Object.entries(table).map(([route, operation]) => [route, ofOwn(operation)])) as Table;

function ofOwn({ path: { id: _, ...path } = {}, ...operation }: Operation): Operation {
  return { ...operation, path, handlers: (deps) => [fillIn, ...operation.handlers(deps)] };
}

const fillIn: RequestHandler = (req, res, next) => {
  const directoryId = callerOf(res)?.directoryId;
  if (typeof directoryId !== 'string') throw new Error('the caller has no directory of its own');
  req.params = { ...req.params, id: directoryId };
  next();
};
