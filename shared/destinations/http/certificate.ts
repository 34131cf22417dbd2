import { TLSSocket } from 'node:tls';
import { parseCidrs } from '../../runtime/address-ranges.js';
import type { CertificateFound } from '../port.js';
import { AddressRefused, failureInWords, isAboutCertificate } from './failure.js';
import { guardedConnect } from './guarded-connect.js';

/**
 * Shakes hands with the hosts of https URLs, under the rules of deliveries: the same trust, the same refused addresses. No
 * request is made. The returned function never rejects.
 */
export function certificateReader(
  allowCidrs: readonly string[],
  timeoutMs: number,
): (url: string) => Promise<CertificateFound> {
  const connect = guardedConnect(parseCidrs(allowCidrs), timeoutMs);
  return (url) =>
    new Promise((resolve) => {
      const { protocol, hostname, host, port } = new URL(url);
      connect({ protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), host, port }, (error, socket) => {
        if (error === null && socket instanceof TLSSocket) {
          const { valid_to: validTo } = socket.getPeerCertificate();
          socket.destroy();
          resolve({ validUntil: Date.parse(validTo) });
          return;
        }
        const failure = failureInWords(error, { url, deadlineMs: timeoutMs, isLate: false, status: null });
        resolve({ failure, isRefusal: error instanceof AddressRefused || isAboutCertificate(error) });
      });
    });
}
