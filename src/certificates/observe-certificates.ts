import { readFileSync, statSync } from 'node:fs';
import type { Configuration } from '../config/configuration.ts';
import type { CertificateObservation } from '../status/certificate-observation.ts';
import { certificatePlaces, type CertificatePlaces } from './certified-hosts.ts';
import { judgeCertificateTexts } from './judge-certificate-files.ts';

/** Looks at the certificates that pgBackRest on this host shows and trusts. Keys go no further than this. */
export function observeCertificates(
  configuration: Pick<Configuration, 'stanzas' | 'tlsServer'>,
): readonly CertificateObservation[] {
  return certificatePlaces(configuration).map(observeOne);
}

function observeOne(places: CertificatePlaces): CertificateObservation {
  const { use, certificateFile, keyFile, caFile } = places;
  const base = { use, certificateFile, keyFile, caFile, openKeyMode: undefined };
  const unseen = { name: undefined, notBefore: undefined, notAfter: undefined, authorityNotAfter: undefined };
  const [certificate, key, authorities] = [certificateFile, keyFile, caFile].map(readText);
  const missing = [certificate, key, authorities].find((seen) => seen?.code === 'ENOENT');
  if (missing !== undefined) return { ...base, ...unseen, problem: `${missing.path} is not there` };
  // Whoever may not read them is told nothing; the user of pgBackRest, as whom the daemon runs, may.
  if (certificate?.text === undefined || authorities?.text === undefined) {
    const path = certificate?.text === undefined ? certificateFile : caFile;
    return { ...base, ...unseen, problem: undefined, unreadable: path };
  }
  const texts = { certificate: certificate.text, key: key?.text, authorities: authorities.text };
  const { facts, issuer, problem } = judgeCertificateTexts(texts);
  return {
    ...base,
    openKeyMode: openModeOf(keyFile),
    name: facts?.name,
    notBefore: facts?.notBefore,
    notAfter: facts?.notAfter,
    authorityNotAfter: issuer?.notAfter,
    problem,
  };
}

function readText(path: string): { path: string; text: string | undefined; code: string | undefined } {
  try {
    return { path, text: readFileSync(path, 'utf8'), code: undefined };
  } catch (error) {
    return { path, text: undefined, code: (error as NodeJS.ErrnoException).code };
  }
}

/** A key of root may be read by its group: src/common/io/tls/common.c. */
function openModeOf(path: string): number | undefined {
  const seen = statSync(path, { throwIfNoEntry: false });
  if (seen === undefined) return undefined;
  const mode = seen.mode & 0o7777;
  return (mode & (seen.uid === 0 ? 0o037 : 0o077)) === 0 ? undefined : mode;
}
