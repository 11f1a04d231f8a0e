import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

let usual: readonly string[] | undefined;

/**
 * Whom TLS trusts: the one file when it is given, otherwise Node's own list and that of the system, where companies put
 * their own authorities (nodejs.org/api/tls.html#tlsgetcacertificatestype).
 *
 * @throws NodeJS.ErrnoException when the file cannot be read
 */
export async function trustedAuthorities(caFile: string | undefined): Promise<readonly string[]> {
  if (caFile !== undefined) return [await readFile(caFile, 'utf8')];
  usual ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return usual;
}
