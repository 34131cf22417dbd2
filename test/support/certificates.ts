import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files of an authority, of a server on loopback, and of a client. */
export interface Certificates {
  readonly caFile: string;
  /** The server's key and certificate, one after the other. */
  readonly serverFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
}

/** Undefined where there is no OpenSSL to make them with. */
export function makeCertificates(folder: string): Certificates | undefined {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  const issue = (name: string, extension: string): void => {
    writeFileSync(file(`${name}.ext`), extension);
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', '-out', `${name}.crt`);
  };
  try {
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test');
  } catch {
    return undefined;
  }
  issue('server', 'subjectAltName=IP:127.0.0.1');
  issue('client', 'extendedKeyUsage=clientAuth');
  writeFileSync(
    file('server.pem'),
    readFileSync(file('server.key'), 'utf8') + readFileSync(file('server.crt'), 'utf8'),
  );
  return {
    caFile: file('ca.crt'),
    serverFile: file('server.pem'),
    clientCertFile: file('client.crt'),
    clientKeyFile: file('client.key'),
  };
}
