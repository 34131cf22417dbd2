import { useEffect } from 'react';

const CHORD_MS = 1_000;

/**
 * Keys that work everywhere but where text is typed: `/`, or two in a row such as `g d`. The latest set that is mounted wins.
 */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    let before = { key: '', at: 0 };
    const pressed = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
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
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
