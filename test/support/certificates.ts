import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority of a test, and a server's key and certificate that it signed. */
export interface TestCertificates {
  readonly caFile: string;
  readonly key: string;
  readonly certificate: string;
}

/** Made by openssl, for `localhost` and 127.0.0.1 unless another name is given. @param directory is made */
export function makeCertificates(directory: string, name = 'localhost'): TestCertificates {
  mkdirSync(directory, { recursive: true });
  const file = (leaf: string): string => join(directory, leaf);
  const run = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const own = ['-subj', '/CN=test authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
  run('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', ...own);
  run('req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${name}`);
  const names = name === 'localhost' ? 'DNS:localhost,IP:127.0.0.1' : `DNS:${name}`;
  writeFileSync(file('names'), `subjectAltName=${names}\n`);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  const request = ['-in', 'server.csr', '-out', 'server.crt', '-days', '2', '-extfile', 'names'];
  run('x509', '-req', ...request, ...signer);
  return {
    caFile: file('ca.crt'),
    key: readFileSync(file('server.key'), 'utf8'),
    certificate: readFileSync(file('server.crt'), 'utf8'),
  };
}
