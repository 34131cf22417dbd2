import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openApi } from '../../services/cli/api/api.js';
import { createSimulator } from '../../services/simulator/simulator.js';
import { launchChromium, showIn, THEMES } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { found, HOURS, promote, settled, startNorthwind, work, type Company } from './company.js';
import { startStage, type Stage } from './server.js';

/** Writes docs/screens/: pictures of the console and of the set-up page, in both themes. `npm run screens` builds first. */

const FOLDER = join(__dirname, '../../docs/screens');
const VIEW = { viewport: { width: 1280, height: 800 }, locale: 'en-GB', timezoneId: 'UTC' };

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-screens-'));
  const northwind = await startNorthwind();
  const options = {
    dataDir,
    port: await freePort(),
    adminKey: 'a-key-for-pictures-alone',
    receiverPort: northwind.port,
  };
  const browser = await launchChromium();
  let stage: Stage | undefined;
  try {
    let company: Company | undefined;
    for (const hoursAgo of HOURS) {
      await stage?.stop();
      stage = await startStage({ ...options, hoursAgo });
      northwind.breakSeats(hoursAgo);
      company ??= await found(stage);
      await work(stage, company, hoursAgo);
      process.stdout.write(`${hoursAgo} hours ago\n`);
    }
    if (stage === undefined || company === undefined) return;
    await photographConsole(browser, stage, company);
    await photographSetup(browser, stage, company);
  } finally {
    await browser.close();
    await stage?.stop();
    northwind.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** What is seen, by the name of its file: the path, and what is there once it is whole. */
interface Picture {
  readonly name: string;
  readonly path: string;
  readonly whole: (page: Page) => Locator;
}

async function picturesOf({ url, adminKey }: Stage, { directories, endpoints }: Company): Promise<readonly Picture[]> {
  const api = openApi({ url, key: adminKey });
  const user = await promote(directories);
  await settled(api, endpoints.well);
  const [meridian, , , pinecrest] = directories.map(({ id }) => `/directories/${id}`);
  const newest = async (path: string, query: Readonly<Record<string, string>>): Promise<string> => {
    const { data } = await api.send('GET', path, { query: { ...query, limit: '1' } });
    return (data as readonly { readonly id: string }[])[0]?.id ?? '';
  };
  const event = await newest('/events', { resourceId: user, order: 'desc' });
  const delivery = await newest('/deliveries', { status: 'parked', endpointId: endpoints.failing });
  const row = (page: Page): Locator => page.getByRole('row').nth(1);
  const attempt = (page: Page): Locator => page.getByText('Attempt 1').first();
  return [
    { name: 'directories', path: '/directories', whole: row },
    {
      name: 'directory',
      path: meridian ?? '',
      whole: (page) => page.getByRole('button', { name: /user\.updated/ }).first(),
    },
    { name: 'user', path: `${meridian ?? ''}/users/${user}`, whole: attempt },
    { name: 'requests', path: `${meridian ?? ''}/requests`, whole: row },
    { name: 'held', path: `${pinecrest ?? ''}/held`, whole: row },
    { name: 'endpoint', path: `/endpoints/${endpoints.failing}`, whole: (page) => page.getByText('Latest deliveries') },
    { name: 'event', path: `/events/${event}`, whole: attempt },
    { name: 'delivery', path: `/deliveries/${delivery}?status=parked`, whole: attempt },
    { name: 'system', path: '/system', whole: (page) => page.getByText('Deliveries by status') },
  ];
}

async function photographConsole(browser: Browser, stage: Stage, company: Company): Promise<void> {
  const page = await browser.newPage({ ...VIEW, baseURL: stage.url });
  await page.goto('/console');
  await page.getByLabel('Admin key').waitFor();
  await photograph(page, 'sign-in');
  await page.getByLabel('Admin key').fill(stage.adminKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Directories' }).waitFor();
  for (const { name, path, whole } of await picturesOf(stage, company)) {
    await page.goto(`/console${path}`);
    await whole(page).waitFor();
    await page.waitForLoadState('networkidle');
    await photograph(page, name);
  }
  await page.close();
}

/** From the link to where somebody has arrived. */
async function photographSetup(browser: Browser, stage: Stage, { directories }: Company): Promise<void> {
  const waiting = directories.at(-1);
  if (waiting === undefined) return;
  const { scimBaseUrl, token } = waiting;
  const api = openApi({ url: stage.url, key: stage.adminKey });
  const { url } = await api.send('POST', `/directories/${waiting.id}/setup-links`, { body: {} });
  const page = await browser.newPage(VIEW);
  await page.goto(`${stage.url}/setup${new URL(String(url)).hash}`);
  const heading = (name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
  const next = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  await heading('Which identity provider do you use?');
  await page.getByRole('radio', { name: 'Microsoft Entra ID' }).check();
  await photograph(page, 'setup-choose');
  await next('Continue');
  await page.getByText('Waiting for the first request…').waitFor();
  await photograph(page, 'setup-connect');
  await fetch(`${scimBaseUrl}/Users`, { headers: { authorization: `Bearer ${token.slice(0, -3)}` } });
  await page.getByRole('article').waitFor();
  await photograph(page, 'setup-explained');
  await createSimulator({ baseUrl: scimBaseUrl, token, provider: 'entra', seed: 11, users: 3, groups: 1 }).run();
  await page.getByText('Connected: your provider reached us').waitFor();
  await next('Continue');
  await page.getByRole('listitem').filter({ hasText: 'A group has arrived' }).filter({ hasText: ': done' }).waitFor();
  await photograph(page, 'setup-test');
  await next('Continue');
  await page.getByText('This is what we make of').waitFor();
  await photograph(page, 'setup-check');
  await next('This is right, finish');
  await heading('Your directory is connected');
  await photograph(page, 'setup-done');
  await page.close();
}

async function photograph(page: Page, name: string): Promise<void> {
  for (const theme of THEMES) {
    await showIn(page, theme);
    await page.screenshot({ path: join(FOLDER, `${name}-${theme}.png`) });
    process.stdout.write(`docs/screens/${name}-${theme}.png\n`);
  }
}

void main();
