import type { Page } from 'playwright-core';
import { accessibilityProblems, describeInBrowser } from '../support/browser.js';
import { cutOff, keyboardProblems } from '../support/page-checks.js';
import { startStandalone } from '../support/standalone.js';
import { EMPTY_SCREENS, SCREENS } from './console-screens.js';
import { SCENE_ENV } from './scene.js';
import { ATTACK, RAN, setWorstCase, type WorstCase } from './worst-case.js';

describeInBrowser('every screen of the console is for everybody', (browser) => {
  let rollcall: Awaited<ReturnType<typeof startStandalone>>;
  beforeAll(async () => {
    rollcall = await startStandalone(undefined, undefined, SCENE_ENV);
  });

  /** What keeps somebody from seeing and using the page: in both themes, by the keyboard alone, on a telephone. */
  const problemsOf = async (page: Page): Promise<readonly string[]> => {
    const wide = [...(await accessibilityProblems(page)), ...(await keyboardProblems(page))];
    await page.setViewportSize({ width: 375, height: 812 });
    const narrow = await cutOff(page);
    await page.setViewportSize({ width: 1280, height: 800 });
    return [...wide, ...narrow];
  };
  const shownOn = (page: Page, text: string | RegExp): Promise<void> =>
    page.getByText(text).filter({ visible: true }).first().waitFor();

  test('to sign in', async () => {
    const page = await browser.open({ baseURL: rollcall.url });
    await page.goto('/console');
    await page.getByLabel('Admin key').waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });

  test('with nothing there yet', async () => {
    const page = await browser.openConsole(rollcall, '/directories');
    for (const [path, shown] of EMPTY_SCREENS) {
      await page.goto(`/console${path}`);
      await shownOn(page, shown);
      expect({ path, problems: await problemsOf(page) }).toEqual({ path, problems: [] });
    }
  });

  describe('whatever is written in it', () => {
    let at: WorstCase;
    beforeAll(async () => {
      at = await setWorstCase(rollcall);
    });
    afterAll(() => at.close());

    test.each(SCREENS)('$name', async ({ path, open, shown, isOwn }) => {
      const page = await browser.openConsole(rollcall, path(at));
      await open?.(page);
      await shownOn(page, shown);
      if (isOwn !== true) await shownOn(page, ATTACK);
      const found = { problems: await problemsOf(page), ran: await page.evaluate(RAN) };
      expect(found).toEqual({ problems: [], ran: [undefined, 0] });
    });
  });
});
