import type { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import {
  describeCertificate,
  findIssuer,
  readCertificates,
  type CertificateFacts,
} from './certificate-facts.ts';

/*
 * Where certificates are made and kept:
 *
 *   authorities/SERIAL/ca.crt, ca.key   every authority that hosts are to trust; the newest one signs
 *   issued/HOST-SERIAL/                 host.crt, host.key, ca.crt (all authorities)
 *   hosts/HOST                          a link to the one of them that is in force
 *   retired/SERIAL/                     authorities that nobody trusts any more
 *
 * A directory of authorities or issued is there whole or not at all (it is renamed into its place), and a rotation is
 * the change of one link.
 */

/** A certificate authority of the store. */
export interface StoredAuthority {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly directory: string;
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly facts: CertificateFacts;
}

/** The certificate of a host that is in force. */
export interface IssuedCertificate {
  readonly host: string;
  /** Through the link. */
  readonly directory: string;
  readonly certificate: X509Certificate;
  readonly facts: CertificateFacts;
  /** Serial of the authority that signed it; undefined: none of the store's. */
  readonly issuer: string | undefined;
}

export interface CertificateStore {
  readonly directory: string;
  /** Oldest first: the last one signs. */
  readonly authorities: readonly StoredAuthority[];
  readonly hosts: readonly IssuedCertificate[];
}

/** Names of the files that a host gets. */
export const hostFiles = { certificate: 'host.crt', key: 'host.key', authorities: 'ca.crt' } as const;

/** Reads a store; a directory that is not there is an empty one. Keys are not read. @throws Failure file-unusable, not-permitted */
export async function readCertificateStore(directory: string): Promise<CertificateStore> {
  const authorities: StoredAuthority[] = [];
  for (const name of await namesIn(join(directory, 'authorities'))) {
    const place = join(directory, 'authorities', name);
    const certificateFile = join(place, 'ca.crt');
    const { certificate, pem } = await readOne(certificateFile);
    const facts = describeCertificate(certificate);
    const keyFile = join(place, 'ca.key');
    authorities.push({ certificateFile, keyFile, directory: place, certificate, pem, facts });
  }
  authorities.sort((left, right) => left.facts.notBefore - right.facts.notBefore);
  const hosts: IssuedCertificate[] = [];
  for (const host of await namesIn(join(directory, 'hosts'))) {
    const place = join(directory, 'hosts', host);
    const { certificate } = await readOne(join(place, hostFiles.certificate));
    const issuer = findIssuer(
      certificate,
      authorities.map((authority) => authority.certificate),
    );
    hosts.push({
      host,
      directory: place,
      certificate,
      facts: describeCertificate(certificate),
      issuer: issuer?.serialNumber,
    });
  }
  return { directory, authorities, hosts };
}

/** What hosts trust: every authority, the newest first. */
export function trustedBundle(authorities: readonly StoredAuthority[]): string {
  return authorities
    .toReversed()
    .map(({ pem }) => `${pem.trim()}\n`)
    .join('');
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => !name.startsWith('.')).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(directory, error);
  }
}

async function readOne(path: string): Promise<{ certificate: X509Certificate; pem: string }> {
  try {
    const pem = await readFile(path, 'utf8');
    const [certificate] = readCertificates(pem);
    if (certificate !== undefined) return { certificate, pem };
  } catch (error) {
    throw unreadable(path, error);
  }
  throw unreadable(path, new Error('it holds no certificate'));
}

function unreadable(place: string, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
    operation: 'read the store of certificates',
    place,
    problem: code === undefined ? message : `it cannot be read (${code})`,
    hint: 'Run it as the owner of the store, or name another one with --directory.',
    cause: error,
  });
}
