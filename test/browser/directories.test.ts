import type { Page } from 'playwright-core';
import { startReceiver, type Receiver } from '../../services/cli/demo/receiver.js';
import { openApi, type Api } from '../../services/cli/api/api.js';
import { describeInBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { startStandalone } from '../support/standalone.js';
import { message } from '../support/scim-client.js';
import { newProvider } from './provider.js';

describeInBrowser('directories in the console', (browser) => {
  let rollcall: Awaited<ReturnType<typeof startStandalone>>;
  let api: Api;
  let receiver: Receiver;
  beforeAll(async () => {
    rollcall = await startStandalone();
    api = openApi({ url: rollcall.url, key: rollcall.adminKey });
    receiver = await startReceiver(() => undefined);
    const made = await api.send('POST', '/endpoints', { body: { url: receiver.url, description: 'Accounts' } });
    receiver.trust(String(made['secret']));
  });
  afterAll(() => receiver.close());

  test('a directory is made for a new customer, and its token and set-up link are shown once', async () => {
    const page = await browser.openConsole(rollcall, '/directories');
    await page.getByRole('button', { name: 'New directory' }).click();
    await page.getByRole('button', { name: 'Make a new one' }).click();
    await page.getByLabel('New organization').fill('Northwind');
    await page.getByLabel('Identity provider').selectOption('entra');
    // Named after its provider, until somebody says otherwise.
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Entra ID');
    await page.getByRole('button', { name: 'Create the directory' }).click();
    const token = await page.locator('[data-secret]').innerText();
    expect(token).toMatch(/^rcs_/);
    const baseUrl = await page.getByLabel('SCIM base URL').getByRole('code').innerText();
    const answer = await fetch(`${baseUrl}/Users`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await page.getByRole('button', { name: 'Make a set-up link' }).click();
    const link = await page.getByLabel('Set-up link').getByRole('code').innerText();
    expect(link).toMatch(new RegExp(`^${rollcall.url}/setup#rcl_`));

    await page.getByRole('link', { name: 'Open the directory' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Not opened yet').waitFor();
    await page.getByText(`…${token.slice(-4)}`).waitFor();
    const text = await page.content();
    expect([text.includes(token), text.includes(link.slice(-20))]).toEqual([false, false]);
  });

  test('users are searched, and the history of one leads from the request to the endpoint', async () => {
    const provider = await newProvider(rollcall, 'Contoso');
    for (const name of ['grace.hopper', 'ada.lovelace', 'alan.turing']) await provider.hire(`${name}@contoso.example`);
    const ada = await provider.hire('ada.byron@contoso.example', { displayName: 'Ada Byron', title: 'Analyst' });
    const value = { displayName: 'Ada Lovelace', title: 'Countess' };
    await provider.send('PATCH', `/Users/${ada}`, {
      schemas: [message('PatchOp')],
      Operations: [{ op: 'replace', value }],
    });
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}/users`);
    await page.getByRole('row').nth(4).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('ada.');
    await eventually('the list has the two that begin so', async () => (await rowsOf(page)) === 2);
    await page.getByRole('link', { name: 'Ada Lovelace' }).click();
    expect(new URL(page.url()).pathname).toBe(`/console/directories/${provider.id}/users/${ada}`);

    const steps = page.getByRole('list', { name: 'From the request to the endpoints' });
    await steps.getByText('PATCH /Users/').waitFor();
    await steps.getByText(receiver.url).waitFor();
    await steps.getByText('Delivered').waitFor();
    const told = (await steps.getByRole('listitem').allInnerTexts()).map((step) => step.replace(/\s+/g, ' '));
    expect(told).toEqual([
      expect.stringMatching(/^Request PATCH \/Users\//),
      expect.stringMatching(/^\+.* Commit seq /),
      expect.stringMatching(/^Event user\.updated .*displayName Ada Byron Ada Lovelace title Analyst Countess/),
      expect.stringContaining(`Endpoint ${receiver.url}`),
      expect.stringMatching(/^\+.* Attempt 1 204 after /),
    ]);
    // It is one of several events of hers, and each opens so.
    await page.getByRole('button', { name: /user\.created/ }).click();
    await page.getByText('POST /Users').waitFor();

    await page.reload();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    expect(await rowsOf(page)).toBe(2);
    await page.goBack();
    await eventually('the list alone is there', async () => (await page.getByLabel('Details').count()) === 0);
  });

  test('a group shows its members, and a member its groups', async () => {
    const provider = await newProvider(rollcall, 'Fabrikam');
    const member = await provider.hire('lin@fabrikam.example', { displayName: 'Lin Fa' });
    const group = { displayName: 'Engineering', members: [{ value: member }] };
    await provider.send('POST', '/Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], ...group });
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}/groups`);
    await page.getByRole('link', { name: 'Engineering' }).click();
    await page.getByLabel('Details').getByRole('link', { name: 'Lin Fa' }).click();
    await page.getByRole('heading', { name: 'Lin Fa' }).waitFor();
    await page.getByLabel('Details').getByRole('link', { name: 'Engineering' }).click();
    await page.getByRole('heading', { name: 'Engineering' }).waitFor();
  });

  test('a mass deletion that is held is looked at and released, and the endpoint is told', async () => {
    const guard = { deletionGuard: { maxUsers: 2, windowMinutes: 60 } };
    const provider = await newProvider(rollcall, 'Umbrella', guard);
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) ids.push(await provider.hire(`user-${n}@umbrella.example`));
    for (const id of ids) await provider.send('DELETE', `/Users/${id}`);
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}`);
    await page.getByText('2 changes are held back').waitFor();
    await page.getByRole('link', { name: 'Look at what is held' }).click();
    await page.getByText('2 users may pass').waitFor();
    expect(await page.getByRole('row', { name: /user\.deleted user-4@umbrella\.example/ }).count()).toBe(1);
    await page.getByRole('button', { name: 'Release…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Release 2 changes?' });
    expect(await dialog.innerText()).toContain('Umbrella (Okta)');
    await dialog.getByRole('button', { name: 'Release all' }).click();
    await page.getByText('2 changes are on their way to the endpoints.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('heading', { name: 'Nothing is held back' }).waitFor();
    await eventually('the endpoint is told of all four', () => {
      const deleted = receiver.arrivals.filter(({ body }) => /"type":"user\.deleted"/.test(body));
      return ids.every((id) => deleted.some(({ body }) => body.includes(id)));
    });
  });

  test('a directory is seen as it was, and its access report is a file', async () => {
    const provider = await newProvider(rollcall, 'Wonka');
    const id = await provider.hire('charlie@wonka.example', { title: 'Visitor' });
    const [created] = itemsOf(
      await api.send('GET', '/events', { query: { directoryId: provider.id, type: 'user.created' } }),
    );
    const at = String(created?.['timestamp']);
    await eventually('the clock has gone on', () => Date.now() > Date.parse(at));
    const value = { title: 'Owner' };
    await provider.send('PATCH', `/Users/${id}`, {
      schemas: [message('PatchOp')],
      Operations: [{ op: 'replace', value }],
    });
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}/past`);
    await page.getByText('Who was there, and when?').waitFor();
    await page.goto(`/console/directories/${provider.id}/past?at=${encodeURIComponent(at)}`);
    await page
      .getByRole('row', { name: /charlie@wonka\.example/ })
      .getByText('Visitor')
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Access report (CSV)' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^access-report-.*\.csv$/);
    await page.getByRole('button', { name: 'An hour ago' }).click();
    await page.getByRole('heading', { name: 'It was empty' }).waitFor();
  });

  test('tokens are rotated, a guard is set, and a directory is deleted once its name was typed', async () => {
    browser.allowRefusal(400, /^\/v1\/directories\/[^/]+$/);
    const provider = await newProvider(rollcall, 'Tyrell');
    await provider.hire('rachael@tyrell.example');
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}/settings`);
    await page.getByRole('button', { name: 'Rotate: make the next one' }).click();
    const next = await page.locator('[data-secret]').innerText();
    await page.getByText('Two tokens are live.').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: provider.token.slice(-4) })
      .getByRole('button')
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the token' }).click();
    await eventually('the old token is refused', async () => (await provider.send('GET', '/Users')).status === 401);
    const headers = { authorization: `Bearer ${next}` };
    expect((await provider.send('GET', '/Users', undefined, headers)).status).toBe(200);

    await page.getByLabel('Users removed').fill('many');
    await page.getByRole('button', { name: 'Save the guard' }).click();
    await page.getByText(/must be an integer from 0/).waitFor();
    await page.getByLabel('Users removed').fill('20');
    await page.getByRole('button', { name: 'Save the guard' }).click();
    await eventually('the guard is set', async () => {
      const { deletionGuard } = await api.send('GET', `/directories/${provider.id}`);
      return JSON.stringify(deletionGuard) === '{"maxUsers":20,"windowMinutes":60}';
    });

    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Okta?' });
    expect(await dialog.innerText()).toContain('Its 1 users, 0 groups');
    const confirm = dialog.getByRole('button', { name: 'Delete the directory' });
    expect(await confirm.isEnabled()).toBe(false);
    await dialog.getByLabel('Type “Okta” to confirm').fill('Okta');
    await confirm.click();
    await page
      .getByRole('row', { name: /Tyrell/ })
      .getByText('Deleted')
      .waitFor();
  });

  test('who may send is held to address ranges and certificates, and a wrong line is named', async () => {
    browser.allowRefusal(400, /^\/v1\/directories\/[^/]+$/);
    const provider = await newProvider(rollcall, 'Wallace');
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}/settings`);
    const save = page.getByRole('button', { name: 'Save who may send' });
    await page.getByLabel('Address ranges').fill('127.0.0.0/8\n\n::1/999');
    await save.click();
    await page.getByText('“::1/999” must be an address range in CIDR form').waitFor();
    await page.getByLabel('Address ranges').fill('203.0.113.0/24');
    await page.getByLabel('Client certificates').fill(Array(32).fill('AB').join(':'));
    await save.click();
    const thumbprint = 'ab'.repeat(32);
    await eventually('they are kept', async () => {
      const { allowedCidrs, clientCertificates } = await api.send('GET', `/directories/${provider.id}`);
      return JSON.stringify([allowedCidrs, clientCertificates]) === JSON.stringify([['203.0.113.0/24'], [thumbprint]]);
    });
    expect(await page.getByLabel('Client certificates').inputValue()).toBe(thumbprint);
    expect((await provider.send('GET', '/Users')).status).toBe(403);
  });

  test('a mapping is tried out on stored users before it is saved', async () => {
    browser.allowRefusal(400, /\/mapping\/preview$/);
    const provider = await newProvider(rollcall, 'Cyberdyne');
    await provider.hire('miles@cyberdyne.example', { nickName: 'Dyson' });
    const page = await browser.openConsole(rollcall, `/directories/${provider.id}/mapping`);
    await page.getByRole('button', { name: 'Add a field' }).click();
    await page.getByLabel('Field', { exact: true }).fill('displayName');
    await page.getByLabel('comes from (SCIM path)').fill('nickNam');
    await page.getByRole('button', { name: 'Try it on the first users' }).click();
    await page.getByText(/The path "nickNam" names no attribute of User/).waitFor();
    await page.getByLabel('comes from (SCIM path)').fill('nickName');
    await page.getByRole('button', { name: 'Try it on the first users' }).click();
    await page.getByText('1 of the first 1 users would change').waitFor();
    await page.getByText('Dyson').waitFor();
    await page.getByRole('button', { name: 'Save, and tell every user it concerns' }).click();
    await eventually('it is saved', async () => {
      const { attributes } = await api.send('GET', `/directories/${provider.id}/mapping`);
      return JSON.stringify(attributes) === '[{"to":"displayName","from":"nickName"}]';
    });
  });

  test('a list goes on to be refreshed after its second page, and keeps it', async () => {
    const { id: organizationId } = await api.send('POST', '/organizations', { body: { name: 'Many' } });
    const add = (n: number): Promise<unknown> =>
      api.send('POST', '/directories', { body: { organizationId, name: `Directory ${n}` } });
    for (let n = 1; n <= 52; n += 1) await add(n);
    const page = await browser.open({ baseURL: rollcall.url });
    await page.clock.install();
    await page.request.post('/session', { data: { adminKey: rollcall.adminKey } });
    await page.goto('/console/directories?q=many');
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually('the second page is there', async () => (await rowsOf(page)) === 52);
    await add(53);
    await page.clock.runFor(10_000);
    await eventually('what is new is there, beside all else', async () => (await rowsOf(page)) === 53);
  });
});

const itemsOf = (page: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
  page['data'] as readonly Readonly<Record<string, unknown>>[];

const rowsOf = async (page: Page): Promise<number> => (await page.getByRole('row').count()) - 1;
