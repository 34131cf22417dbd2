import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { startStandalone } from '../support/standalone.js';
import { SCENE_ENV, setScene, type Scene } from './scene.js';

describeInBrowser('operating by the console', (browser) => {
  let rollcall: Awaited<ReturnType<typeof startStandalone>>;
  let scene: Scene;
  beforeAll(async () => {
    rollcall = await startStandalone(undefined, undefined, SCENE_ENV);
    scene = await setScene(rollcall);
  });
  afterAll(() => scene.close());

  const open = (path: string): Promise<Page> => browser.openConsole(rollcall, path);

  test('a wrong admin key is refused in words, a good one signs in, and the address stays', async () => {
    const page = await browser.open({ baseURL: rollcall.url });
    await page.goto(`/console/endpoints/${scene.endpoints.well}`);
    await page.getByLabel('Admin key').fill('rca_not-a-key-of-this-place');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').innerText()).toMatch(/admin key/i);
    await page.getByLabel('Admin key').fill(rollcall.adminKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /\/accounts$/ }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin key').waitFor();
    await page.reload();
    await page.getByLabel('Admin key').waitFor();
  });

  test('a failed delivery is found, its cause is read, and it is sent again once the receiver is mended', async () => {
    const page = await open('/events');
    await page.getByRole('link', { name: 'Parked' }).click();
    await page.getByRole('combobox', { name: 'Endpoint' }).fill('seats');
    await page.getByRole('option', { name: /\/seats$/ }).click();
    await page
      .getByRole('row', { name: /user\.created/ })
      .first()
      .getByRole('link')
      .click();
    await page.getByText('The receiver failed while it worked on the message.').waitFor();
    await page.getByText('cannot execute INSERT in a read-only transaction').first().waitFor();
    // Reload and back work: the address has all of it.
    await page.reload();
    await page.getByText('The receiver failed while it worked on the message.').waitFor();
    scene.mend();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('region', { name: 'Details' }).getByText('Delivered').waitFor();
    await page.getByText('The receiver has it.').waitFor();
  });

  test('many are sent again at once, with progress and the reasons of those that are not', async () => {
    const page = await open(`/deliveries?endpointId=${scene.endpoints.closed}&status=parked`);
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).check();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page
      .getByRole('region', { name: 'What is selected' })
      .getByText(/\d+ of \d+ on their way again/)
      .waitFor();
  });

  test('an endpoint is disabled by hand, which says what it touches, and enabled again', async () => {
    const page = await open(`/endpoints/${scene.endpoints.well}`);
    await page.getByRole('button', { name: 'Disable' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disable the endpoint?' });
    await dialog.getByText(/\/accounts gets no requests until it is enabled/).waitFor();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await page.getByText(/It gets no requests: disabled through the management API/).waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('button', { name: 'Disable' }).waitFor();
    const { enabled } = await scene.api.send('GET', `/endpoints/${scene.endpoints.well}`);
    expect(enabled).toBe(true);
  });

  test('a secret is rotated, shown once, and the test delivery is signed by it', async () => {
    const page = await open(`/endpoints/${scene.endpoints.well}`);
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await page.getByLabel('The present one stays valid').selectOption('0');
    await page.getByRole('button', { name: 'Rotate the secret' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Answered 200').waitFor();
    expect(scene.verifies(secret)).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: /\/accounts$/ }).waitFor();
    expect(await page.content()).not.toContain(secret);
  });
});
