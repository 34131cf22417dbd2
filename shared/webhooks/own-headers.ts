const HEADERS_MAX = 20;
const VALUE_MAX = 1024;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/i;
/** RFC 9110 section 5.5, without what is obsolete: visible characters, with spaces between them. */
const VALUE = /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/;

/** Ours, and those that frame the message or steer the connection. */
const RESERVED = new Set(
  `accept-encoding connection date expect host http2-settings keep-alive te traceparent trailer transfer-encoding upgrade user-agent`.split(
    ' ',
  ),
);
const RESERVED_PREFIXES = ['webhook-', 'svix-', 'content-', 'proxy-', 'sec-'];

/** What is wrong with headers that an endpoint wants beside ours, as the end of "headers …"; undefined when nothing is. */
export function checkHeaders(headers: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(headers);
  const lower = names.map((name) => name.toLowerCase());
  if (names.length > HEADERS_MAX) return `has ${names.length} headers; at most ${HEADERS_MAX} are allowed`;
  for (const [index, name] of lower.entries()) {
    const shown = JSON.stringify(names[index]?.slice(0, 100));
    if (!TOKEN.test(name)) return `has ${shown}, which is no header name: letters, digits and hyphens, at most 100`;
    if (lower.indexOf(name) !== index) return `has ${shown} twice; letters count as equal in either case`;
    if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
      return `has ${shown}, which Rollcall or HTTP itself sets; choose another name`;
    }
    const value = headers[names[index] ?? ''] ?? '';
    if (value.length > VALUE_MAX) return `has a value of ${value.length} characters for ${shown}; at most ${VALUE_MAX}`;
    if (!VALUE.test(value)) return `has a value for ${shown} that is empty or not of printable ASCII characters`;
  }
  return undefined;
}
