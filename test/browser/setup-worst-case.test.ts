import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessibilityProblems, describeInBrowser } from '../support/browser.js';
import { cutOff, keyboardProblems } from '../support/page-checks.js';
import { USER } from '../support/scim-client.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { button, choose, heading, scim, startSite } from './setup-site.js';
import { ATTACK, RAN, WORST } from './worst-case.js';

describeInBrowser('the set-up page, whatever is written in it', (browser) => {
  test('text stays text from the first step to the last, and each is for everybody', async () => {
    const logo = join(temporaryFolder(), 'logo.svg');
    writeFileSync(
      logo,
      `<svg xmlns="http://www.w3.org/2000/svg" onload="parent.ran=1"><script>parent.ran=1</script></svg>`,
    );
    const site = await startSite({ ROLLCALL_APP_NAME: ATTACK.slice(0, 60), ROLLCALL_APP_LOGO: logo });
    const { link, scimBaseUrl, token } = await site.newCustomer(WORST);
    const page = await browser.open();
    await page.goto(link);
    await heading(page, 'Which identity provider do you use?').waitFor();
    await expectText(page);

    await choose(page, 'JumpCloud');
    await page.getByText('Waiting for the first request…').waitFor();
    await scim(`${scimBaseUrl}/${encodeURIComponent(ATTACK)}`, token.slice(0, -3));
    await page.getByRole('article').waitFor();
    await page.getByText('The server’s words').click();
    await expectText(page);

    const names = { displayName: WORST, name: { formatted: WORST, givenName: ATTACK, familyName: ATTACK } };
    await scim(`${scimBaseUrl}/Users`, token, { schemas: [USER], ...names, [ATTACK]: 1 });
    const emails = [{ value: `${'w'.repeat(64)}@${'sub-domain.'.repeat(12)}example.com`, primary: true }];
    await scim(`${scimBaseUrl}/Users`, token, { schemas: [USER], userName: WORST, ...names, title: WORST, emails });
    await page.getByRole('link', { name: /Test/ }).click();
    await page.getByRole('listitem').filter({ hasText: 'A user has arrived' }).filter({ hasText: ': done' }).waitFor();
    await expectText(page);

    await page.getByRole('link', { name: /Check/ }).click();
    await page.getByText(`This is what we make of ${ATTACK}`).waitFor();
    await expectText(page);
    await button(page, 'This is right, finish').click();
    await heading(page, 'Your directory is connected').waitFor();
    await expectText(page);
  });

  /** What was sent is there as text, and all that is there can be seen and used. */
  const expectText = async (page: Page): Promise<void> => {
    await page.getByText(ATTACK.slice(0, 60)).filter({ visible: true }).first().waitFor();
    const wide = [...(await accessibilityProblems(page)), ...(await keyboardProblems(page))];
    await page.setViewportSize({ width: 375, height: 812 });
    const narrow = await cutOff(page);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect({ wide, narrow, ran: await page.evaluate(RAN) }).toEqual({ wide: [], narrow: [], ran: [undefined, 0] });
  };
});
