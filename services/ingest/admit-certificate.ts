import { thumbprintToldOf } from '../../shared/runtime/thumbprint.js';
import { Forbidden } from '../../shared/scim/errors.js';
import type { ScimHandler } from './call.js';

/**
 * Refuses what comes without one of the directory's `clientCertificates`, where it has some (mutual TLS, which ends at the gateway; as
 * RFC 8705 binds tokens). `header`: in which a trusted proxy tells of the certificate that it has checked; undefined: in none.
 */
export const admitCertificate =
  (header: string | undefined): ScimHandler =>
  (req, res, next) => {
    const { clientCertificates = [] } = res.locals.directory;
    if (clientCertificates.length > 0) requireOneOf(clientCertificates, req, header);
    next();
  };

function requireOneOf(allowed: readonly string[], req: Parameters<ScimHandler>[0], header: string | undefined): void {
  if (header === undefined) throw refused('no proxy is said to tell of any', SET_UP);
  if (!isFromProxy(req))
    throw refused(`${req.socket.remoteAddress} is no trusted proxy that could tell of one`, SET_UP);
  const told = req.get(header);
  if (told === undefined)
    throw refused(`the proxy tells of none in ${header}`, 'Let the identity provider present one.');
  const thumbprint = thumbprintToldOf(told);
  if (thumbprint === undefined) throw refused(`what the proxy tells in ${header} is none`, SET_UP);
  if (!allowed.includes(thumbprint)) {
    throw refused(`${thumbprint} came`, 'Add it to clientCertificates in the management API.');
  }
}

const SET_UP = 'Set ROLLCALL_CLIENT_CERTIFICATE_HEADER and ROLLCALL_TRUSTED_PROXIES.';

const refused = (what: string, fix: string): Forbidden =>
  new Forbidden(`This directory takes requests with its client certificates alone, and ${what}. ${fix}`);

/** Whether what connects is a trusted proxy (`trust proxy` of Express). */
function isFromProxy({ app, socket }: Parameters<ScimHandler>[0]): boolean {
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return isTrusted(socket.remoteAddress ?? '', 0);
}
