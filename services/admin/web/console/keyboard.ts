import { useEffect } from 'react';

const CHORD_MS = 1_000;

/**
 * Keys that work everywhere but where text is typed: `/`, or two in a row such as `g d`. The latest set that is mounted wins.
 */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    let before = { key: '', at: 0 };
    const pressed = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || isAsked()) return;
      const chord = event.timeStamp - before.at < CHORD_MS ? `${before.key} ${event.key}` : '';
      const action = actions[chord] ?? actions[event.key];
      before = { key: event.key, at: event.timeStamp };
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [actions]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type="checkbox"]), textarea, select');

/** A dialog is open: what lies below it is out of reach. */
const isAsked = (): boolean => document.querySelector('dialog[open]') !== null;

/** Goes to the next row of the list, or the one before, by the link that opens it. */
export function goToRow(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('main tbody [data-opens] a')];
  const at = links.findIndex((link) => link === document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}
