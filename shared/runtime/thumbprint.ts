import { createHash, X509Certificate } from 'node:crypto';

/** A certificate's name: the SHA-256 of its DER form, as 64 lower-case hexadecimal digits. */
type Thumbprint = string;

const HEX = /^[0-9a-f]{64}$/;
const BASE64URL = /^[A-Za-z0-9_-]{43}$/;

/**
 * A thumbprint in one of the forms in which people have it: hexadecimal, with colons too (`openssl x509 -fingerprint -sha256`), or
 * base64url (`x5t#S256` of RFC 8705 section 3.1). Undefined for anything else.
 */
export function parseThumbprint(text: string): Thumbprint | undefined {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (HEX.test(digits)) return digits;
  return BASE64URL.test(text) ? Buffer.from(text, 'base64url').toString('hex') : undefined;
}

/**
 * The thumbprint of the certificate that a gateway tells of in a header. Undefined where it tells of none. What gateways write:
 *
 *   :MIIB…:                       the certificate in base64, RFC 9440 (`Client-Cert`)
 *   -----BEGIN%20CERTIFICATE…     PEM, URL-encoded (nginx, AWS)
 *   By=…;Hash=468ed3…;Subject=…   Envoy and what is built on it; the last one, which the nearest proxy has added
 *   46:8E:D3…                     the thumbprint itself (HAProxy, Caddy)
 */
export function thumbprintToldOf(header: string): Thumbprint | undefined {
  const bytes = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(header)?.[1];
  if (bytes !== undefined) return thumbprintOf(Buffer.from(bytes, 'base64'));
  if (header.startsWith('-----BEGIN')) return thumbprintOf(decoded(header));
  // What stands in quotation marks, as a subject, is the client's own word.
  const unquoted = header.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  if (unquoted.includes('"')) return undefined;
  const hash = [...unquoted.matchAll(/(?:^|[;,])\s*Hash=([0-9A-Fa-f]{64})(?=[;,]|$)/g)].at(-1)?.[1];
  return parseThumbprint(hash ?? unquoted.trim());
}

function thumbprintOf(certificate: Buffer | string): Thumbprint | undefined {
  try {
    return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');
  } catch {
    return undefined; // no certificate
  }
}

/** A plus stays one: it is a character of base64, which not every gateway encodes. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
