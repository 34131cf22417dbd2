import { existsSync, readFileSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { skipSuite } from './skip-suite.js';

/** How long a page may take to show something, on a busy machine. */
const SHOWN_MS = 30_000;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = [process.env['ROLLCALL_TEST_CHROMIUM'], '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** A browser for the tests of one suite. */
export interface TestBrowser {
  /**
   * A new page with cookies of its own. Its test fails, when it is over, for each thing that no page may do: write an error or
   * a warning to the console (a broken policy is one), throw, or send a request anywhere but to this machine.
   */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The same, signed in to the console at `url`, and shown its `path`, such as `/directories`. */
  openConsole(installation: Installation, path: string, options?: BrowserContextOptions): Promise<Page>;
}

interface Installation {
  readonly url: string;
  readonly adminKey: string;
}

/** A suite of tests in Chromium: that of `ROLLCALL_TEST_CHROMIUM`, or Debian's; skipped where there is none. */
export function describeInBrowser(what: string, suite: (browser: TestBrowser) => void): void {
  if (executablePath === undefined) {
    skipSuite(what, 'there is no Chromium: install it, or say in ROLLCALL_TEST_CHROMIUM where it is');
    return;
  }
  describe(what, () => {
    let browser: Browser | undefined;
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: FLAGS });
    });
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect(complaints.splice(0)).toEqual([]);
    });
    afterAll(() => browser?.close());

    const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
      if (browser === undefined) throw new Error('The browser is used before its tests begin.');
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      contexts.push(context);
      context.setDefaultTimeout(SHOWN_MS);
      watch(context, (complaint) => complaints.push(complaint));
      return context.newPage();
    };
    suite({
      open,
      async openConsole({ url, adminKey }, path, options) {
        const page = await open({ baseURL: url, ...options });
        const answer = await page.request.post('/session', { data: { adminKey } });
        expect(answer.ok()).toBe(true);
        await page.goto(`/console${path}`);
        return page;
      },
    });
  });
}

function watch(context: BrowserContext, complain: (complaint: string) => void): void {
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || isRefusal(message.text())) return;
    complain(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => complain(`thrown: ${error.error().message}`));
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (['http:', 'https:'].includes(protocol) && !['localhost', '127.0.0.1'].includes(hostname)) {
      complain(`a request to ${request.url()}`);
    }
  });
}

/** The browser writes a line for each answer that refuses; what the page makes of it is the test's matter. */
const isRefusal = (text: string): boolean => /the server responded with a status of 4\d\d/.test(text);

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core calls serious or critical on the page as it is, in both themes: the rule and where. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Until the theme is drawn, some colours are those of the other one.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    await page.evaluate(axe);
    const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    found.push(
      ...serious.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${colorScheme}: ${id}, ${help}: ${html}`)),
    );
  }
  return found;
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** How many pixels the page is wider than its window: 0 when nothing is cut off or has to be pushed aside. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
