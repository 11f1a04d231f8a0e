import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderedFile } from '../engine/conf/render-conf.ts';
import { Failure } from '../model/failure.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import { hostFiles } from './certificate-store.ts';
import type { CertificatePlaces } from './certified-hosts.ts';
import { judgeCertificateTexts } from './judge-certificate-files.ts';

/** Files that a host is to get, in the order in which they are written. */
export interface InstallPlan {
  readonly facts: CertificateFacts;
  readonly files: readonly RenderedFile[];
}

/**
 * Reads what a host was sent and judges it before anything is replaced.
 *
 * The authorities come first, because who does not trust the new ones refuses the others; the certificate follows its key
 * at once. `pgbackrest server` reads them when it starts and at SIGHUP, not in between.
 *
 * @param host its name, where it is known: the certificate must be for it
 * @param owner user who runs pgBackRest
 * @throws Failure file-unusable where they do not fit, are out of date, or are for another host
 */
export async function planInstall(
  folder: string,
  places: readonly CertificatePlaces[],
  { host, owner, now }: { readonly host: string | undefined; readonly owner: string; readonly now: number },
): Promise<InstallPlan> {
  const read = (name: string): Promise<string> => readSent(join(folder, name));
  const certificate = await read(hostFiles.certificate);
  const key = await read(hostFiles.key);
  const authorities = await read(hostFiles.authorities);
  const { facts, problem } = judgeCertificateTexts({ certificate, key, authorities });
  const wrong = problem ?? judgeUse(facts, host, now);
  if (facts === undefined || wrong !== undefined) {
    throw new Failure('file-unusable', {
      operation: 'install a certificate',
      place: folder,
      problem: wrong ?? 'there is no certificate',
      hint: 'Nothing was changed. Take the folder hosts/NAME of this host from where `holdfast certificates create` was run, links followed.',
    });
  }
  const files = new Map<string, RenderedFile>();
  const add = (path: string, content: string, secret: boolean): void => {
    files.set(path, { path, content, mode: secret ? 0o600 : 0o644, owner, secret });
  };
  for (const { caFile } of places) add(caFile, authorities, false);
  for (const { keyFile, certificateFile } of places) {
    // One file may hold both: then no moment is between them.
    if (keyFile === certificateFile) add(keyFile, `${certificate.trim()}\n${key}`, true);
    else {
      add(keyFile, key, true);
      add(certificateFile, certificate, false);
    }
  }
  return { facts, files: [...files.values()] };
}

function judgeUse(
  facts: CertificateFacts | undefined,
  host: string | undefined,
  now: number,
): string | undefined {
  if (facts === undefined) return 'there is no certificate';
  if (facts.notAfter <= now) return `the certificate ended at ${new Date(facts.notAfter).toISOString()}`;
  if (facts.notBefore > now) return `the certificate begins at ${new Date(facts.notBefore).toISOString()}`;
  if (host !== undefined && facts.name !== host)
    return `the certificate is for ${facts.name}, not for ${host}`;
  return undefined;
}

async function readSent(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
      operation: 'install a certificate',
      place: path,
      problem: `the file cannot be read (${code ?? String(error)})`,
      hint: 'The folder must hold host.crt, host.key and ca.crt.',
      cause: error,
    });
  }
}
