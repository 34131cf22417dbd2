import * as z from 'zod';
import { scimBaseUrl } from '../../../shared/directory/base-url.js';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { findAll, isLive, type Directory } from '../../../shared/store/registry.js';
import { countsOf, countsView, STATES, stateOf } from '../api/directories.js';
import { usersNow } from '../api/resources.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { idOf, listOf, pathId, text, textOf, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { pageParameters } from '../paging.js';
import { update } from '../update.js';
import { userView } from '../views.js';
import { progressOf, progressView } from './progress.js';

const setupView = z
  .object({
    directory: z.object({
      id: idOf('Of the directory'),
      name: textOf('For people', 'Okta'),
      provider: z
        .string()
        .nullable()
        .meta({ description: 'As it was chosen; null: it was not yet', examples: ['okta'] }),
      state: z.enum(STATES),
    }),
    organization: z.object({ name: textOf('The customer', 'Acme') }),
    app: z.object({
      name: textOf('The host application', 'Example'),
      logoUrl: z.string().nullable().meta({ description: 'A picture; null: there is none' }),
      color: z
        .string()
        .nullable()
        .meta({ description: 'Of its brand; null: ours', examples: ['#4353c9'] }),
    }),
    scimBaseUrl: textOf('What the identity provider is given'),
    tokens: z.array(
      z.object({
        id: idOf('Of the token'),
        hint: textOf('Its last four characters', 'x9Qa'),
        createdAt: timeOf('When it was made'),
        expiresAt: timeOf('When it expires; null: never').nullable(),
        lastUsedAt: timeOf('When it was last used; null: never').nullable(),
      }),
    ),
    progress: progressView,
    counts: countsView,
  })
  .meta({ id: 'Setup', description: 'All that the set-up page shows of a directory at first' });
export type SetupView = View<typeof setupView>;

const path = { id: pathId('directory') };

export const get = operation({
  id: 'getSetup',
  summary: 'Read what the set-up page shows of the directory',
  path,
  answers: { 200: json(setupView) },
}).by(async ({ deps, path: { id } }) => ({ status: 200, body: await show(await knownDirectory(id, deps), deps) }));

export const choose = operation({
  id: 'chooseProvider',
  summary: 'Say which identity provider it is',
  path,
  body: z.strictObject({
    provider: text(1, 50)
      .nullable()
      .meta({ description: 'Which provider’s dialect to expect', examples: ['okta'] }),
  }),
  answers: { 200: json(setupView) },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id }, body }) => ({ status: 200, body: await change(id, body, deps) }));

export const complete = operation({
  id: 'completeSetup',
  summary: 'Say that the set-up is done; repeating it changes nothing',
  path,
  answers: { 200: json(setupView) },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id } }) => {
  const { setUpAt } = await knownDirectory(id, deps);
  return { status: 200, body: await change(id, { setUpAt: setUpAt ?? deps.clock() }, deps) };
});

export const listUsers = operation({
  id: 'listSetupUsers',
  summary: 'List users of the directory, as events tell of them',
  path,
  query: pageParameters,
  answers: { 200: json(listOf(userView)) },
}).by(async ({ deps, path: { id }, query }) => {
  const directory = await knownDirectory(id, deps);
  return { status: 200, body: await usersNow(deps, directory, query) };
});

async function change(
  id: string,
  changes: Partial<Pick<Directory, 'provider' | 'setUpAt'>>,
  deps: AdminDeps,
): Promise<SetupView> {
  const changed = await update(deps.registry.directories, 'directory', id, { now: deps.clock() }, (old) => {
    refuseDeleted(old);
    return changes;
  });
  return show(changed, deps);
}

async function show(directory: Directory, deps: AdminDeps): Promise<SetupView> {
  const { registry, commits, publicUrl } = deps;
  const { app } = deps.web;
  const [organization, tokens, head, progress] = await Promise.all([
    registry.organizations.get(directory.organizationId),
    findAll(registry.tokens, { directoryId: directory.id }),
    commits.head(directory.id),
    progressOf(directory, deps),
  ]);
  const { id, name, provider } = directory;
  const live = tokens.filter((token) => isLive(token, deps.clock()));
  return {
    directory: { id, name, provider, state: stateOf(directory, head) },
    organization: { name: organization?.name ?? '' },
    app: { name: app.name, logoUrl: app.logo === null ? null : '/setup/logo', color: app.color },
    scimBaseUrl: scimBaseUrl(publicUrl, id),
    tokens: live.map((token) => ({
      ...{ id: token.id, hint: token.hint, createdAt: iso(token.createdAt) },
      ...{ expiresAt: isoOrNull(token.expiresAt), lastUsedAt: isoOrNull(token.lastUsedAt) },
    })),
    progress,
    counts: countsOf(head),
  };
}
