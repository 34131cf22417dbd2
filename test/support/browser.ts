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

/** Chromium: that of `ROLLCALL_TEST_CHROMIUM`, or Debian's. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: FLAGS });

/** A browser for the tests of one suite. */
export interface TestBrowser {
  /**
   * A new page with cookies of its own. Its test fails, when it is over, for each thing that no page may do: write an error or
   * a warning to the console (a broken policy is one), throw, ask for what is refused, or send a request anywhere but to this
   * machine.
   */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The same, signed in to the console at `url`, and shown its `path`, such as `/directories`. */
  openConsole(installation: Installation, path: string, options?: BrowserContextOptions): Promise<Page>;
  /** The test that runs has the API refuse something: `status` to a path that is like `path`. Any other refusal fails it. */
  allowRefusal(status: number, path: RegExp): void;
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
    const allowed: Refusal[] = [BEFORE_SIGN_IN];
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect(complaints.splice(0)).toEqual([]);
      allowed.splice(1);
    });
    afterAll(() => browser?.close());

    const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
      if (browser === undefined) throw new Error('The browser is used before its tests begin.');
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      contexts.push(context);
      context.setDefaultTimeout(SHOWN_MS);
      watch(context, allowed, (complaint) => complaints.push(complaint));
      return context.newPage();
    };
    suite({
      open,
      allowRefusal: (status, path) => void allowed.push({ status, path }),
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

/** What a test has refused, and a page shows. */
interface Refusal {
  readonly status: number;
  readonly path: RegExp;
}

/** How the console learns that nobody is signed in. */
const BEFORE_SIGN_IN: Refusal = { status: 401, path: /^\/session$/ };

function watch(context: BrowserContext, allowed: readonly Refusal[], complain: (complaint: string) => void): void {
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    // The browser writes a line for each answer that refuses, whose place is what was asked for.
    const status = Number(/the server responded with a status of (\d+)/.exec(message.text())?.[1]);
    const { url } = message.location();
    if (allowed.some((refusal) => refusal.status === status && refusal.path.test(new URL(url).pathname))) return;
    complain(`${message.type()}: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => complain(`thrown: ${error.error().message}`));
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (['http:', 'https:'].includes(protocol) && !['localhost', '127.0.0.1'].includes(hostname)) {
      complain(`a request to ${request.url()}`);
    }
  });
}

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const FAST = `resultTypes: ['violations'], selectors: false, iframes: false, preload: false`;
/** Themes differ in colours alone. */
const RUNS = { light: `{ ${FAST} }`, dark: `{ ${FAST}, runOnly: ['color-contrast', 'link-in-text-block'] }` };

export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Shows the page in a theme, without anything that moves. */
export async function showIn(page: Page, colorScheme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await drawn(page);
}

/** Until a new theme or size is drawn, some of the page is as it was. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');

/** What axe-core calls serious or critical on the page as it is: the rule and where. */
export async function accessibilityProblems(page: Page, themes: readonly Theme[] = THEMES): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of themes) {
    await showIn(page, colorScheme);
    await page.evaluate(axe);
    const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${RUNS[colorScheme]})`);
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
