import type { Locator, Page } from 'playwright-core';
import { createSimulator, type Provider, type Run } from '../../services/simulator/simulator.js';
import { freePort } from '../support/free-port.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** An installation whose customers' administrators set up directories. */
export interface Site {
  readonly url: string;
  readonly api: <T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => Promise<T>;
  /** A new customer with one directory, and a link for it. */
  readonly newCustomer: (name: string) => Promise<Customer>;
}

interface Customer {
  readonly directoryId: string;
  readonly scimBaseUrl: string;
  /** What the API has made with the directory. */
  readonly token: string;
  readonly linkId: string;
  readonly link: string;
}

const NORTHWIND = { ROLLCALL_APP_NAME: 'Northwind', ROLLCALL_APP_COLOR: '#ffb000' };

/** A lone process that shows the page under the name and colour of a host application. */
export async function startSite(branding: Readonly<Record<string, string>> = NORTHWIND): Promise<Site> {
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const env = { ROLLCALL_PORT: port, ROLLCALL_DATA_DIR: temporaryFolder(), ROLLCALL_LOG_LEVEL: 'error' };
  const running = startRollcall(['standalone'], { ...env, ...branding });
  await running.saw(/Rollcall is at/);
  const [, adminKey = ''] = await running.saw(/Admin key, shown this once: (\S+)/);
  const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(url + path, { method, headers, ...sent });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
  return {
    url,
    api,
    async newCustomer(name) {
      const organization = await api<{ id: string }>('POST', '/v1/organizations', { name });
      const directory = await api<{ id: string; scimBaseUrl: string; token: string }>('POST', '/v1/directories', {
        organizationId: organization.id,
        name,
      });
      const { id, url: link } = await api<{ id: string; url: string }>(
        'POST',
        `/v1/directories/${directory.id}/setup-links`,
        {},
      );
      const { scimBaseUrl, token } = directory;
      return { directoryId: directory.id, scimBaseUrl, token, linkId: id, link };
    },
  };
}

/** The provider sends two people and a group, as its administrator has told it on its own screens. */
export async function provision(provider: Provider, baseUrl: string, token: string): Promise<Run> {
  const run = await createSimulator({ baseUrl, token, provider, seed: 7, users: 3, groups: 1 }).run();
  expect(run.failures).toEqual([]);
  return run;
}

/** One SCIM request, whatever is answered. */
export const scim = (url: string, token: string, body?: object): Promise<Response> =>
  fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

export const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name });
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

/** Chooses the provider that is shown by that name. */
export async function choose(page: Page, provider: string): Promise<void> {
  await heading(page, 'Which identity provider do you use?').waitFor();
  await page.getByRole('radio', { name: provider }).check();
  await button(page, 'Continue').click();
}

/** Both values, as the page shows them to be copied. */
export async function valuesOn(page: Page): Promise<{ readonly baseUrl: string; readonly token: string }> {
  await button(page, 'Make another token').click();
  const shown = page.getByRole('region', { name: 'To copy' }).locator('code[title]');
  const token = shown.filter({ hasText: /^rcs_/ });
  await token.waitFor();
  return { baseUrl: await shown.first().innerText(), token: await token.innerText() };
}
