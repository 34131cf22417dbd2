/** Each source as JavaScript of its own, in a folder. */
export function transpile(outdir: string): void;
