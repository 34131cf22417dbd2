import { isoOrNull } from '../../../shared/events/timestamp.js';
import type { Directory } from '../../../shared/store/registry.js';
import { timeOfId } from '../../../shared/webhooks/delivery.js';
import * as z from 'zod';
import type { AdminDeps } from '../deps.js';
import { timeOf } from '../fields.js';
import type { View } from '../operation.js';

/** Of the newest requests, which are what there is while a directory is being set up. */
const REQUESTS = 100;

export const progressView = z.object({
  firstRequestAt: timeOf('When the first SCIM request came, let in or not; null: none did').nullable(),
  tokenAcceptedAt: timeOf('When the first one came with a token that is right').nullable(),
  firstUserAt: timeOf('When the oldest user that there is was made').nullable(),
  firstGroupAt: timeOf('When the oldest group that there is was made').nullable(),
  completedAt: timeOf('When the customer’s admin said that it is done').nullable(),
});
export type Progress = View<typeof progressView>;

/** How far the set-up of a directory has come. Each step is read from what it has left behind. */
export async function progressOf(
  { id, setUpAt = null }: Directory,
  { events, resources, journals }: Pick<AdminDeps, 'events' | 'resources' | 'journals'>,
): Promise<Progress> {
  const [[activated], [user], [group], requests] = await Promise.all([
    events.ofDirectory(id, 0, 1),
    resources.list(id, 'User', undefined, { limit: 1 }),
    resources.list(id, 'Group', undefined, { limit: 1 }),
    journals.requests.list({ directoryId: id }, { limit: REQUESTS }),
  ]);
  const tokenAcceptedAt = activated === undefined ? null : timeOfId(activated.id);
  const oldest = requests.at(-1);
  const times = [tokenAcceptedAt, oldest === undefined ? null : timeOfId(oldest.id)].filter((time) => time !== null);
  return {
    firstRequestAt: isoOrNull(times.length === 0 ? null : Math.min(...times)),
    tokenAcceptedAt: isoOrNull(tokenAcceptedAt),
    firstUserAt: isoOrNull(user?.createdAt ?? null),
    firstGroupAt: isoOrNull(group?.createdAt ?? null),
    completedAt: isoOrNull(setUpAt),
  };
}
