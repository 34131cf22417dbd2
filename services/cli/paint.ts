/** Words in colour, or plain where nobody sees colours (https://no-color.org). */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
}

/** Terminal sequences of ECMA-48: select graphic rendition. */
export function createPaint(isColourful: boolean): Paint {
  const style =
    (on: number, off: number) =>
    (text: string): string =>
      isColourful ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    strong: style(1, 22),
    faint: style(2, 22),
    good: style(32, 39),
    bad: style(31, 39),
    doubtful: style(33, 39),
  };
}
