import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { startStandalone } from '../support/standalone.js';
import { SCENE_ENV, setScene, type Scene } from './scene.js';

describeInBrowser('the console by the keyboard alone', (browser) => {
  let rollcall: Awaited<ReturnType<typeof startStandalone>>;
  let scene: Scene;
  beforeAll(async () => {
    rollcall = await startStandalone(undefined, undefined, SCENE_ENV);
    scene = await setScene(rollcall);
  });
  afterAll(() => scene.close());

  const pressAll = async (page: Page, ...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = (page: Page): Promise<string> =>
    page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
  const tabTo = (page: Page, name: string): Promise<true> =>
    eventually(`Tab leads to ${name}`, async () => {
      await page.keyboard.press('Tab');
      return (await focused(page)) === name;
    });
  const heading = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('heading', { name }).waitFor();

  test('two keys lead to each screen, and not where text is typed', async () => {
    const page = await browser.openConsole(rollcall, '/system');
    await heading(page, 'System');
    for (const [key, name] of [
      ['d', 'Directories'],
      ['e', 'Endpoints'],
      ['v', 'Events & deliveries'],
      ['s', 'System'],
    ] as const) {
      await pressAll(page, 'g', key);
      await heading(page, name);
    }
    await pressAll(page, 'g', 'd');
    await heading(page, 'Directories');
    await pressAll(page, '/', 'g', 'e');
    expect(await page.getByRole('searchbox').inputValue()).toBe('ge');
    await heading(page, 'Directories');
  });

  test('a user is searched, opened and closed, and the focus is where it was', async () => {
    const { id } = scene.directories.okta;
    const page = await browser.openConsole(rollcall, `/directories/${id}/users`);
    await page.getByRole('row').nth(2).waitFor();
    await pressAll(page, 'j', 'j', 'k');
    const name = await focused(page);
    expect(name).toBe(await page.getByRole('row').nth(1).getByRole('link').first().innerText());
    await page.keyboard.press('Enter');
    await heading(page, name);
    // Who hears the page hears what has opened.
    expect(await focused(page)).toContain(name);
    await tabTo(page, 'Close');
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Details' }).waitFor({ state: 'detached' });
    expect(await focused(page)).toBe(name);
    await page.keyboard.press('/');
    await page.keyboard.type('nobody-is-called-that');
    await heading(page, 'No user begins with that');
    await page.keyboard.press('Escape');
    await page.getByRole('row').nth(2).waitFor();
  });

  test('a dialog keeps the focus, and gives it back', async () => {
    const page = await browser.openConsole(rollcall, `/endpoints/${scene.endpoints.well}`);
    await page.getByRole('button', { name: 'Delete' }).waitFor();
    await tabTo(page, 'Delete');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete the endpoint?' });
    await dialog.waitFor();
    for (const _ of Array.from({ length: 8 })) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.matches("body, dialog *")')).toBe(true);
    }
    // What is below is out of reach, its keys too.
    await pressAll(page, 'g', 'd');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Delete');
    await page.getByRole('region', { name: 'Details' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Delete');
  });

  test('a failure is found, its cause read, and sent again', async () => {
    const page = await browser.openConsole(rollcall, `/deliveries?endpointId=${scene.endpoints.failing}`);
    await page.getByRole('row').nth(1).waitFor();
    await page.getByLabel('Status').focus();
    await page.keyboard.type('Parked');
    await page.waitForURL(/status=parked/);
    await page.getByRole('row').nth(1).waitFor();
    await tabTo(page, 'Select all that are shown');
    await pressAll(page, 'j', 'Enter');
    await page.getByRole('region', { name: 'Details' }).getByText('Its retries are spent.').waitFor();
    await tabTo(page, 'Send again');
    scene.mend();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Details' }).getByText('Delivered').waitFor();
  });

  test('a secret is copied over plain HTTP, out of a dialog', async () => {
    const page = await browser.openConsole(rollcall, `/endpoints/${scene.endpoints.well}`);
    // As under a name that is neither HTTPS nor this machine's.
    await page.evaluate('Object.defineProperty(window, "isSecureContext", { value: false })');
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await page.getByRole('button', { name: 'Rotate the secret' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    await page.evaluate(
      'document.addEventListener("copy", () => { globalThis.copied = String(document.activeElement.value); })',
    );
    await page.getByRole('button', { name: 'Copy the signing secret' }).press('Enter');
    await page.getByRole('button', { name: 'Copy the signing secret' }).getByText('Copied').waitFor();
    expect(await page.evaluate('globalThis.copied')).toBe(secret);
    expect(await focused(page)).toBe('Copy the signing secret');
  });
});
