import type { RequestHandler } from 'express';
import { z } from 'zod';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { directoryCursor, directoryCursorAt, logCursor, logCursorAt } from '../event-cursor.js';
import { readDirectory, readLog, type EventPage } from '../event-pages.js';
import { pageParameters } from '../paging.js';
import { id, queryOf } from '../request.js';

const listing = z.strictObject({ ...pageParameters, directoryId: id.optional(), type: z.enum(EVENT_TYPES).optional() });

/**
 * Events as the webhooks carry them, from the first on. `nextCursor` is never null: asking with it again later goes on where
 * this page ended. `hasMore` says that it is worth asking at once; under a `type` filter a page can be empty and yet have more.
 */
export const listEvents =
  ({ events, registry, partitions }: AdminDeps): RequestHandler =>
  async (req, res) => {
    const { after, directoryId, limit, type } = queryOf(req, listing);
    const selection = { limit, type };
    if (directoryId !== undefined) {
      await knownDirectory(directoryId, { registry });
      const page = await readDirectory(events, directoryId, directoryCursor(after, directoryId), selection);
      res.type('json').send(render(page, directoryCursorAt(directoryId, page.end)));
    } else {
      const page = await readLog(events, partitions, logCursor(after), selection);
      res.type('json').send(render(page, logCursorAt(page.end)));
    }
  };

/** The events' stored JSON as it is: what is pulled is byte for byte what is pushed. */
const render = ({ events, hasMore }: EventPage<unknown>, nextCursor: string): string =>
  `{"data":[${events.map(({ body }) => body).join(',')}],"nextCursor":${JSON.stringify(nextCursor)},"hasMore":${hasMore}}`;
