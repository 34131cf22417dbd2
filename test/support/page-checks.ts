import type { Page } from 'playwright-core';
import { drawn } from './browser.js';

/** Checks of a page as it is shown, which run in it: each answers what is wrong, and where. */

/** What can be seen or used, and what is so on purpose for those alone who hear the page. */
const COMMON = `
  const unseen = (element) => element.closest('.unseen, [aria-hidden="true"], svg') !== null;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !unseen(element);
  const named = (element) =>
    element.tagName.toLowerCase() + ' "' + (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40) + '"';`;

/**
 * What is cut off by the window or by a part of the page. What ends in an ellipsis is cut on purpose, and what scrolls by itself
 * can be read to its end.
 */
export async function cutOff(page: Page): Promise<string[]> {
  await drawn(page);
  return page.evaluate<string[]>(CUT_OFF);
}

const CUT_OFF = `(() => {${COMMON}
    const clipped = (element, rect) => {
      for (let at = element; at !== null && at !== document.documentElement; at = at.parentElement) {
        const { overflowX, textOverflow, position, clipPath } = getComputedStyle(at);
        // For those who hear the page.
        if (clipPath !== 'none') return undefined;
        if (overflowX !== 'visible') {
          const box = at.getBoundingClientRect();
          const isCut = rect.left < box.left - 1 || rect.right > box.right + 1;
          if (isCut && textOverflow !== 'ellipsis' && !['auto', 'scroll'].includes(overflowX)) return at;
          rect = { left: Math.max(rect.left, box.left), right: Math.min(rect.right, box.right) };
          if (rect.right <= rect.left) return undefined;
        }
        if (position === 'fixed') break;
      }
      return rect.left < -1 || rect.right > innerWidth + 1 ? document.documentElement : undefined;
    };
    const found = [];
    const look = (element, rect, what) => {
      const by = rect.width > 0 && clipped(element, rect);
      if (by) found.push(what + ' is cut off by ' + by.tagName.toLowerCase() + '.' + by.className);
    };
    for (const element of document.querySelectorAll('a[href], button, input, select, textarea')) {
      if (isShown(element)) look(element, element.getBoundingClientRect(), named(element));
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const element = text.parentElement;
      if (text.data.trim() === '' || !isShown(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      look(element, range.getBoundingClientRect(), 'the text "' + text.data.trim().slice(0, 40) + '"');
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push('the page is ' + (scrollWidth - clientWidth) + ' pixels wider than its window');
    return found;
  })()`;

/** What a pointer can use: marked, to be found again. A button that is disabled cannot be used either. */
const MARK = `(() => {${COMMON}
  const USABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  // While a dialog is open, what lies below it is out of reach for everybody.
  const within = document.querySelector('dialog[open]') ?? document.body;
  const mouseOnly = [...within.querySelectorAll('*')]
    .filter((element) => isShown(element) && ['pointer', 'copy'].includes(getComputedStyle(element).cursor))
    .filter((element) => element.closest(USABLE + ', label, [role="option"]') === null);
  // Of radio buttons of one name, Tab leads to one, and arrows to the others.
  const isOther = (element) =>
    element.type === 'radio' &&
    element !== (document.querySelector('[name="' + element.name + '"]:checked') ?? document.querySelector('[name="' + element.name + '"]'));
  const usable = [...within.querySelectorAll(USABLE)].filter(
    (element) => isShown(element) && !element.matches(':disabled') && !isOther(element),
  );
  usable.forEach((element, index) => { element.dataset.tab = String(index); });
  within.tabIndex = -1;
  within.focus();
  return { usable: usable.map(named), mouseOnly: mouseOnly.map(named) };
})()`;

/** Where the focus is: its mark, and what keeps it from being seen there. */
const FOCUSED = `(() => {${COMMON}
  const element = document.activeElement;
  if (element === null || element === document.body || element.dataset.tab === undefined) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  // A choice shows it round its words too.
  const shown = [element, element.closest('label') ?? element].map((one) => getComputedStyle(one).outlineStyle);
  const over = document.elementFromPoint(left + Math.min(width / 2, 24), top + height / 2);
  const isCovered = over !== null && !element.contains(over) && !over.contains(element) && over.closest('label') === null;
  const wrong =
    shown.every((style) => style === 'none') ? named(element) + ' does not show that it has the focus'
    : over === null ? named(element) + ' has the focus out of sight'
    : isCovered ? named(element) + ' has the focus below ' + named(over)
    : undefined;
  return { mark: Number(element.dataset.tab), wrong };
})()`;

const PARTS_MAX = 20;

/** What the keyboard alone does not reach by Tab, in the order of the page, or reaches unseen; and what only a pointer can use. */
export async function keyboardProblems(page: Page): Promise<string[]> {
  const { usable, mouseOnly } = await page.evaluate<{ usable: string[]; mouseOnly: string[] }>(MARK);
  const found = mouseOnly.map((name) => `${name} is for a pointer alone`);
  const reached: number[] = [];
  for (let presses = 0; presses < usable.length + PARTS_MAX; presses += 1) {
    await page.keyboard.press('Tab');
    await drawn(page);
    const focused = await page.evaluate<{ mark: number; wrong?: string } | null>(FOCUSED);
    // A date is entered in its parts, each with a Tab of its own.
    if (focused === null || focused.mark === reached.at(-1)) continue;
    if (reached.includes(focused.mark)) break;
    reached.push(focused.mark);
    if (focused.wrong !== undefined) found.push(focused.wrong);
  }
  const missed = usable.filter((_, mark) => !reached.includes(mark));
  const inOrder = reached.toSorted((a, b) => a - b);
  if (reached.join() !== inOrder.join()) found.push(`Tab jumps: ${reached.map((mark) => usable[mark]).join(', ')}`);
  return [...found, ...missed.map((name) => `Tab does not lead to ${name}`)];
}
