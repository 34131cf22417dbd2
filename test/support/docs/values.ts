/** What stands in a page for what its reader has: names in angle brackets, and keys that end in dots. */
export type Values = Map<string, string>;

/** Takes what a command has printed for what later blocks speak of. */
export function learn(values: Values, printed: string): void {
  for (const [, secret = '', kind = ''] of printed.matchAll(/((rca|rcs|whsec)_[\w+/=-]{8,})/g)) {
    values.set(`${kind}_…`, secret);
  }
  const answer = objectIn(printed);
  if (typeof answer['id'] !== 'string') return;
  values.set(`<${kindOf(answer)} id>`, answer['id']);
  if (typeof answer['scimBaseUrl'] === 'string') values.set('<scimBaseUrl>', answer['scimBaseUrl']);
}

function objectIn(printed: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(printed);
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function kindOf(answer: Record<string, unknown>): string {
  if ('scimBaseUrl' in answer) return 'directory';
  if ('eventTypes' in answer) return 'endpoint';
  if ('meta' in answer) return String((answer['meta'] as { resourceType: unknown }).resourceType).toLowerCase();
  return 'organization';
}

export const PLACEHOLDER = /(?:rca|rcs|whsec)_…|<[a-zA-Z]+(?:[ -]id)?>/g;

/** With ports of the test's own, and with what earlier answers were. */
export const fill = (text: string, values: Values, ports: ReadonlyMap<string, number>): string =>
  text
    .replaceAll(PLACEHOLDER, (name) => values.get(name) ?? name)
    .replaceAll(/\b(?:3000|4000)\b/g, (port) => String(ports.get(port)));

/** What is still not known, comments aside. */
export const unknownIn = (filled: string): string | undefined =>
  filled.replaceAll(/^#.*$| # .*$/gm, '').match(PLACEHOLDER)?.[0];
