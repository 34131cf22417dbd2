/** Leaves a suite out, and says so in a line of the output: `what` it is, and `why`. */
export function skipSuite(what: string, why: string): void {
  process.stderr.write(`Skipped: ${what}, because ${why}.\n`);
  test.skip(`${what} (${why})`, () => undefined);
}
