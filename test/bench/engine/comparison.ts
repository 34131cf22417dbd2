/** Work that Rollcall does, and packages too, on the same inputs. */
export interface Comparison {
  readonly what: string;
  readonly cases: readonly Case[];
  /** The packages that do it; none where only Rollcall does. */
  readonly packages: readonly string[];
  /** Operations that one run of a job comes to. */
  readonly operations: number;
  /** Where a package says something else, or nothing: such an input is left out of what it is timed at. */
  readonly differences: readonly Difference[];
}

/** An input, and how each of them does its work on it. */
interface Case {
  readonly name: string;
  /** By a package's name; without one, Rollcall's. */
  readonly jobOf: (name?: string) => Job;
}

export interface Job {
  /** What is timed; may answer with a promise. */
  readonly run: () => unknown;
  /** Its result in the form in which all tell it; may be a promise. Never timed. */
  readonly told: () => unknown;
}

/** Inputs, by their names, at which a package differs. `why` is said in the report. */
export interface Difference {
  readonly at: readonly string[];
  readonly of: string;
  readonly why: string;
}

/** How one of them does it: what can be done beforehand, once for all runs, is not timed. */
type Way<Input> = (input: Input) => Job;

export function comparison<Input extends { readonly name: string }>(
  what: string,
  inputs: readonly Input[],
  ways: { readonly ours: Way<Input>; readonly theirs?: Readonly<Record<string, Way<Input>>> },
  { operations = 1, differences = [] }: Partial<Pick<Comparison, 'operations' | 'differences'>> = {},
): Comparison {
  const { ours, theirs = {} } = ways;
  const cases = inputs.map((input) => ({
    name: input.name,
    jobOf: (name?: string) => ((name !== undefined && theirs[name]) || ours)(input),
  }));
  return { what, cases, packages: Object.keys(theirs), operations, differences };
}

export const job = <Result>(run: () => Result, told: (result: Awaited<Result>) => unknown): Job => ({
  run,
  told: async () => told(await run()),
});

/**
 * As it would be sent, without any order: members of objects have none, and values of multi-valued attributes neither (RFC 7643
 * section 2.4).
 */
export function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(unordered(item))).sort();
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, unordered(member)]),
  );
}
