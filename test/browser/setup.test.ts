import type { Page } from 'playwright-core';
import { accessibilityProblems, describeInBrowser } from '../support/browser.js';
import { cutOff } from '../support/page-checks.js';
import { button, choose, heading, provision, scim, startSite, valuesOn, type Site } from './setup-site.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** As they came, compressed. */
const SCRIPT_BYTES = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
  .reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0)`;

describeInBrowser('the set-up page', (browser) => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });

  /** Nothing serious for assistive technology, and nothing cut off on a telephone. */
  const expectFit = async (page: Page): Promise<void> => {
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 375, height: 740 });
    expect(await cutOff(page)).toEqual([]);
    expect(await accessibilityProblems(page, ['light'])).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
  };

  test.each([
    ['Okta', 'okta'],
    ['Microsoft Entra ID', 'entra'],
  ] as const)('leads an administrator from the link to a connected %s', async (name, provider) => {
    const { directoryId, link } = await site.newCustomer(`Acme ${name}`);
    const page = await browser.open();
    await page.goto(link);
    await heading(page, 'Which identity provider do you use?').waitFor();
    expect(page.url()).not.toContain('rcl_');
    expect(await page.evaluate<number>(SCRIPT_BYTES)).toBeLessThan(120 * 1024);
    await expectFit(page);
    await choose(page, name);

    await heading(page, `Connect ${name}`).waitFor();
    await page.getByText('Waiting for the first request…').waitFor();
    const { baseUrl, token } = await valuesOn(page);
    await expectFit(page);
    await provision(provider, baseUrl, token);
    await page.getByText('Connected: your provider reached us with the right token.').waitFor();
    await button(page, 'Continue').click();

    await heading(page, 'Send one person, then a group').waitFor();
    for (const done of ['The token is accepted', 'A user has arrived', 'A user was changed', 'A group has arrived']) {
      await page.getByRole('listitem').filter({ hasText: done }).filter({ hasText: ': done' }).waitFor();
    }
    await expectFit(page);
    await button(page, 'Continue').click();

    await heading(page, 'Is everything right?').waitFor();
    await page.getByLabel('Where E-mail address comes from').selectOption('User name');
    await expectFit(page);
    await button(page, 'Save and finish').click();

    await heading(page, 'Your directory is connected').waitFor();
    await expectFit(page);
    const mapping = await site.api<{ attributes: unknown }>('GET', `/v1/directories/${directoryId}/mapping`);
    expect(mapping.attributes).toEqual([{ to: 'email', from: 'userName' }]);
    expect(await site.api('GET', `/v1/directories/${directoryId}`)).toMatchObject({ provider });
    // Whoever comes back within the session is where there is nothing left to do.
    await page.goto(`${site.url}/setup`);
    await heading(page, 'Your directory is connected').waitFor();
  });

  test('explains a wrong token, and turns green with the right one', async () => {
    const { scimBaseUrl, link, token } = await site.newCustomer('Wrong token');
    const page = await browser.open();
    await page.goto(link);
    await choose(page, 'Okta');
    await page.getByText('Waiting for the first request…').waitFor();
    await scim(`${scimBaseUrl}/Users?startIndex=1`, token.slice(0, -3));
    const explained = page.getByRole('article');
    await explained.getByText('Okta sent a search for users with a token that is incomplete or mistyped.').waitFor();
    expect(await explained.innerText()).toContain('Empty the field OAuth Bearer Token');
    await expectFit(page);
    await scim(`${scimBaseUrl}/Users?startIndex=1`, token);
    await page.getByText('Connected: your provider').waitFor();
    await explained.waitFor({ state: 'detached' });
  });

  test('explains a person without a user name', async () => {
    const { scimBaseUrl, link, token } = await site.newCustomer('Nameless');
    const page = await browser.open();
    await page.goto(link);
    await choose(page, 'JumpCloud');
    await scim(`${scimBaseUrl}/Users`, token, { schemas: [USER], displayName: 'Ann' });
    await page.getByRole('link', { name: /Test/ }).click();
    await page.getByText('JumpCloud sent a new user without a user name.').waitFor();
  });

  test('opens once: in another browser the link says whom to ask, and a revoked one ends its session', async () => {
    const { directoryId, link, linkId } = await site.newCustomer('Used link');
    const first = await browser.open();
    await first.goto(link);
    await heading(first, 'Which identity provider do you use?').waitFor();
    await first.goto('about:blank');
    await first.goto(link);
    await heading(first, 'Which identity provider do you use?').waitFor();
    browser.allowRefusal(401, /^\/setup\//);
    const second = await browser.open();
    await second.goto(link);
    await second.getByText('Ask whoever sent it to you for a new one.').waitFor();
    expect(await accessibilityProblems(second)).toEqual([]);
    await site.api('DELETE', `/v1/directories/${directoryId}/setup-links/${linkId}`);
    await first.reload();
    await first.getByText('Ask whoever sent it to you for a new one.').waitFor();
  });

  test('shows one directory alone: nothing of another can be read, changed or revoked', async () => {
    const [mine, other] = [await site.newCustomer('Mine'), await site.newCustomer('Other')];
    await scim(`${other.scimBaseUrl}/Users`, other.token, { schemas: [USER], userName: 'secret@other.example' });
    const page = await browser.open({ baseURL: site.url });
    await page.goto(mine.link);
    await heading(page, 'Which identity provider do you use?').waitFor();
    const { csrf } = await (await page.request.get('/setup/session')).json();
    const headers = { 'x-rollcall-csrf': csrf };
    const tokens = await site.api<{ data: { id: string }[] }>('GET', `/v1/directories/${other.directoryId}/tokens`);
    for (const { id } of tokens.data) {
      expect((await page.request.delete(`/setup/tokens/${id}`, { headers })).status()).toBe(404);
    }
    expect((await page.request.get(`/v1/directories/${other.directoryId}`)).status()).toBe(401);
    expect((await page.request.patch('/setup/directory', { data: { provider: 'okta' } })).status()).toBe(403);
    for (const path of ['directory', `directory?id=${other.directoryId}`, 'users', 'requests', 'mapping']) {
      const answer = await (await page.request.get(`/setup/${path}`)).text();
      expect(answer).not.toContain(other.directoryId);
      expect(answer).not.toContain('secret@other.example');
    }
    expect((await scim(`${other.scimBaseUrl}/Users`, other.token)).status).toBe(200);
  });

  test('speaks French to a French browser, and keeps another choice', async () => {
    const { link } = await site.newCustomer('Société');
    const page = await browser.open({ locale: 'fr-FR' });
    await page.goto(link);
    await page.getByRole('radio', { name: 'Okta' }).check();
    await button(page, 'Continuer').click();
    await heading(page, 'Connecter Okta').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await page.title()).toBe('Connecter · Connecter votre annuaire à Northwind');
    await expectFit(page);
    await page.getByLabel('Langue').selectOption('English');
    await page.reload();
    await heading(page, 'Connect Okta').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  test('is usable by keyboard alone', async () => {
    const { link } = await site.newCustomer('Keyboard');
    const page = await browser.open();
    await page.goto(link);
    await heading(page, 'Which identity provider do you use?').waitFor();
    const focused = (): Promise<string> =>
      page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses += 1) {
        if ((await focused()) === name) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`The focus does not come to ${name}.`);
    };
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    await heading(page, 'Connect Microsoft Entra ID').waitFor();
    expect(await focused()).toBe('Connect Microsoft Entra ID');
    await tabTo('Make another token');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy the token' }).waitFor();
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    await heading(page, 'Send one person, then a group').waitFor();
    await tabTo('Continue without a test');
    await page.keyboard.press('Enter');
    await heading(page, 'Is everything right?').waitFor();
  });

  test('a token is made, told to be one of two, and revoked after a question', async () => {
    const { link, scimBaseUrl } = await site.newCustomer('Rotation');
    const page = await browser.open();
    await page.goto(link);
    await choose(page, 'Okta');
    const { token } = await valuesOn(page);
    expect((await scim(`${scimBaseUrl}/Users`, token)).status).toBe(200);
    expect(await button(page, 'Make another token').count()).toBe(0);
    await page.getByRole('button', { name: `Revoke the token that ends with ${token.slice(-4)}` }).click();
    await page.getByText('Whatever uses it is refused within seconds.').waitFor();
    await button(page, 'Revoke').click();
    await button(page, 'Make another token').waitFor();
    await expect(page.getByText(token).count()).resolves.toBe(0);
  });
});
