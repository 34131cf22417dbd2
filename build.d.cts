/** One file of JavaScript for each entry, in a folder; `sources` are taken instead of those of these files. */
export function bundle(
  outdir: string,
  options?: {
    /** Files, from the root; without them, the command and the SDK. */
    readonly entries?: readonly string[];
    readonly sources?: Readonly<Record<string, string>>;
  },
): Promise<void>;
