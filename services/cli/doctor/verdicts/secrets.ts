import type { CertificateFound } from '../../../../shared/destinations/port.js';
import { iso } from '../../../../shared/events/timestamp.js';
import type { Sealer } from '../../../../shared/runtime/seal.js';
import type { Endpoint } from '../../../../shared/store/registry.js';
import { counted, fail, failure, findingsOr, ok, span, warn, type Finding } from '../finding.js';

/** Whether the encryption key reads what is stored. `sealer` undefined: there is no key here. */
export function judgeEncryptionKey(endpoints: readonly Endpoint[], sealer: Sealer | undefined): readonly Finding[] {
  const what = 'encryption key';
  const sealed = endpoints.flatMap((endpoint) =>
    [...endpoint.secrets, ...endpoint.headers].map((secret) => ({ endpoint, text: secret.sealed })),
  );
  if (sealer === undefined) {
    if (sealed.length === 0) return [ok(what, 'none yet; nothing is stored that needs one')];
    const finding = `there is none here, and ${counted(sealed.length, 'stored secret')} cannot be read without`;
    return [
      fail(what, finding, 'set ROLLCALL_ENCRYPTION_KEY to the key of the other roles, or restore encryption.key'),
    ];
  }
  const problems = sealed.flatMap(({ endpoint, text }) => {
    try {
      sealer.open(text, endpoint);
      return [];
    } catch (error) {
      return [failure(what, new Error(`endpoint ${endpoint.id}: ${error instanceof Error ? error.message : ''}`))];
    }
  });
  return findingsOr(ok(what, `reads ${counted(sealed.length, 'stored secret')}`), problems);
}

/** Certificates are renewed weeks ahead, where that works. */
const SOON_MS = 14 * 24 * 3_600_000;

/** Of each host of the enabled endpoints, what the handshake with it brought. */
export function judgeCertificates(
  found: readonly { readonly host: string; readonly certificate: CertificateFound }[],
  now: number,
): readonly Finding[] {
  const what = 'certificates';
  const well =
    found.length === 0 ? 'no enabled endpoint has an https URL' : `${counted(found.length, 'host')}, all well`;
  return findingsOr(
    ok(what, well),
    found.flatMap(({ host, certificate }) => {
      if ('failure' in certificate) {
        const { failure: reason, isRefusal } = certificate;
        return isRefusal
          ? [fail(what, reason, `deliveries fail for that: have ${host} mended, or the endpoint's URL changed`)]
          : [warn(what, reason, `see whether ${host} is up, and whether this host may reach it`)];
      }
      const left = certificate.validUntil - now;
      if (left >= SOON_MS) return [];
      const finding = `${host}: its certificate ends in ${span(left)}, at ${iso(certificate.validUntil)}`;
      return [warn(what, finding, `have it renewed: afterwards no delivery to ${host} succeeds`)];
    }),
  );
}
