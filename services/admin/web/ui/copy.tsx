import { useEffect, useState } from 'react';
import { Button } from './button.js';

const SAID_FOR_MS = 2_000;

interface Props {
  readonly text: string;
  /** What is copied, for those who do not see it: "Copy the base URL". */
  readonly label: string;
  readonly children?: string;
  readonly done?: string;
}

/** Copies a text, and says that it did. */
export function CopyButton({ text, label, children = 'Copy', done = 'Copied' }: Props) {
  const [isDone, copy] = useCopying(text);
  return (
    <>
      <Button onClick={copy} aria-label={label}>
        {isDone ? done : children}
      </Button>
      <span className="unseen" role="status">
        {isDone ? done : ''}
      </span>
    </>
  );
}

/** Whether the text was copied just now, and what copies it. */
export function useCopying(text: string): [boolean, () => void] {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  return [isDone, () => void copyText(text).then(() => setDone(true))];
}

/** Browsers have no clipboard for pages over plain HTTP, other than by a selection. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  // What lies below an open dialog cannot be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is nothing else over plain HTTP
  document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
}
