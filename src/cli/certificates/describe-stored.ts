import type { CertificateFacts } from '../../certificates/certificate-facts.ts';
import type { CertificateStore } from '../../certificates/certificate-store.ts';

/** A store for `--json`: docs/json.md. */
export function describeStored({ authorities, hosts }: CertificateStore): {
  readonly authorities: readonly Record<string, unknown>[];
  readonly hosts: readonly Record<string, unknown>[];
} {
  return {
    authorities: authorities.map(({ facts, certificateFile }, position) => ({
      ...describeFacts(facts),
      file: certificateFile,
      signs: position === authorities.length - 1,
    })),
    hosts: hosts.map(({ host, directory, facts, issuer }) => ({
      host,
      ...describeFacts(facts),
      folder: directory,
      issuer: issuer ?? null,
    })),
  };
}

function describeFacts(facts: CertificateFacts): Record<string, unknown> {
  const { name, names, serial, fingerprint, notBefore, notAfter } = facts;
  return {
    name,
    names,
    serial,
    fingerprint,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
  };
}
