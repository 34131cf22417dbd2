import type { CommitStore } from '../../shared/store/port.js';
import { traceparentOf, type ScimHandler } from './call.js';
import type { Writer } from './writer.js';

/** Most activated directories remembered. */
const REMEMBERED_MAX = 100_000;

/** A directory's first authenticated request makes its first commit, `directory.activated`, whatever it asks for. */
export function activate(writer: Writer, commits: Pick<CommitStore, 'head'>): ScimHandler {
  const activated = new Set<string>();
  return (req, res, next) => {
    const { directory, requestId } = res.locals;
    if (activated.has(directory.id)) {
      next();
      return;
    }
    const remember = async (): Promise<void> => {
      const { number } = await commits.head(directory.id);
      if (number === 0) {
        await writer.submit(directory, { kind: 'activate', requestId, traceparent: traceparentOf(req) });
      }
      if (activated.size >= REMEMBERED_MAX) activated.clear();
      activated.add(directory.id);
    };
    remember().then(() => next(), next);
  };
}
