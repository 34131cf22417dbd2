import * as z from 'zod';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { issueCredential } from '../../../shared/runtime/credentials.js';
import { newId } from '../../../shared/runtime/ids.js';
import { endOfLink, findAll, type SetupLink } from '../../../shared/store/registry.js';
import { DAY_MS } from '../../../shared/store/retention.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { idOf, integer, listOf, pathId, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { update } from '../update.js';

const MINUTE_S = 60;
const DAY_S = DAY_MS / 1000;
/** More than one customer needs at a time. */
const GOOD_LINKS_MAX = 20;

/** `unopened`: it can be opened, once; `open`: it was, and its session goes on; `over`: nobody can do anything with it any more. */
const STATES = ['unopened', 'open', 'over'] as const;

export const setupLink = z
  .object({
    id: idOf('Of the link'),
    directoryId: idOf('Directory that it lets somebody set up'),
    state: z.enum(STATES).meta({
      description:
        '`unopened`: it can be opened, once; `open`: it was, and its session goes on; `over`: nobody can do anything with it any more',
    }),
    createdAt: timeOf('When it was made'),
    expiresAt: timeOf('From then on it cannot be opened'),
    openedAt: timeOf('When it was opened; null: it was not').nullable(),
    sessionEndsAt: timeOf('When the session that it was opened for ends; null: it was not opened').nullable(),
    revokedAt: timeOf('When it was revoked; null: it was not').nullable(),
  })
  .meta({ id: 'SetupLink', description: 'A link that opens the set-up page of a directory once, without its secret' });
const createdSetupLink = setupLink
  .extend({
    url: z.string().meta({
      description: 'The link itself, shown this once; for the customer’s IT admin alone',
      examples: ['https://directory.example.com/setup#rcl_4Tq9…'],
    }),
  })
  .meta({ id: 'CreatedSetupLink', description: 'A new link' });

const path = { id: pathId('directory') };

export const create = operation({
  id: 'createSetupLink',
  summary: 'Make a link with which a customer’s IT admin sets the directory up',
  description:
    'It opens the set-up page once, for half a day, and for this directory alone: no key of this API is needed there.',
  path,
  body: z.strictObject({
    expiresInSeconds: integer(5 * MINUTE_S, 30 * DAY_S)
      .default(7 * DAY_S)
      .meta({ description: 'For how long it can be opened; a week where it is left out', examples: [7 * DAY_S] }),
  }),
  answers: { 201: json(createdSetupLink) },
  refusals: ['conflict'],
}).by(async ({ deps: { registry, clock, publicUrl }, path: { id }, body }) => {
  const directory = await knownDirectory(id, { registry });
  refuseDeleted(directory);
  const now = clock();
  const { secret, hash } = issueCredential('rcl');
  const times = { createdAt: now, updatedAt: now, expiresAt: now + body.expiresInSeconds * 1000 };
  const unopened = { openedAt: null, sessionUntil: null, revokedAt: null };
  const link: SetupLink = { id: newId(), version: 1, directoryId: directory.id, hash, ...times, ...unopened };
  const links = await findAll(registry.setupLinks, { directoryId: directory.id });
  if (links.filter((one) => endOfLink(one) > now).length >= GOOD_LINKS_MAX) {
    throw new Problem(
      'conflict',
      `A directory has at most ${GOOD_LINKS_MAX} set-up links at a time; revoke one first.`,
    );
  }
  await registry.setupLinks.insert(link);
  // Behind the #, which browsers send to nobody: it is in no log and no referrer.
  return { status: 201, body: { ...show(link, now), url: `${publicUrl}/setup#${secret}` } };
});

export const list = operation({
  id: 'listSetupLinks',
  summary: 'List the set-up links of a directory, for a month those that are over too',
  path,
  query: pageParameters,
  answers: { 200: json(listOf(setupLink)) },
}).by(async ({ deps, path: { id }, query }) => {
  const directory = await knownDirectory(id, deps);
  const now = deps.clock();
  const page = await pageOf(query, (slice) => deps.registry.setupLinks.find({ directoryId: directory.id }, slice));
  return { status: 200, body: mapPage(page, (link) => show(link, now)) };
});

export const remove = operation({
  id: 'revokeSetupLink',
  summary: 'Revoke a set-up link, and the session that it was opened for',
  description: 'Both are refused at once. Repeating it changes nothing.',
  path: { ...path, linkId: pathId('set-up link') },
  answers: { 204: null },
}).by(async ({ deps: { registry, clock }, path: { id, linkId } }) => {
  const directory = await knownDirectory(id, { registry });
  const link = await registry.setupLinks.get(linkId);
  if (link?.directoryId !== directory.id) throw notFound('set-up link', linkId);
  const now = clock();
  await update(registry.setupLinks, 'set-up link', linkId, { now }, (old) => ({ revokedAt: old.revokedAt ?? now }));
  return { status: 204 };
});

const stateOf = (link: SetupLink, now: number): (typeof STATES)[number] => {
  if (endOfLink(link) <= now) return 'over';
  return link.openedAt === null ? 'unopened' : 'open';
};

const show = (link: SetupLink, now: number): View<typeof setupLink> => ({
  id: link.id,
  directoryId: link.directoryId,
  state: stateOf(link, now),
  createdAt: iso(link.createdAt),
  expiresAt: iso(link.expiresAt),
  openedAt: isoOrNull(link.openedAt),
  sessionEndsAt: isoOrNull(link.sessionUntil),
  revokedAt: isoOrNull(link.revokedAt),
});
