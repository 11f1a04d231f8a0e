import type { CertificateStore } from './certificate-store.ts';

/** What `create` and `rotate` would do, in order. */
export interface CertificatePlan {
  readonly newAuthority: boolean;
  readonly issue: readonly string[];
  /** Hosts that keep what they have. */
  readonly keep: readonly string[];
}

/** Makes what is missing and touches nothing that is there. @param hosts that are to have a certificate */
export function planCreation(store: CertificateStore, hosts: readonly string[]): CertificatePlan {
  const present = new Set(store.hosts.map(({ host }) => host));
  return {
    newAuthority: store.authorities.length === 0,
    issue: hosts.filter((host) => !present.has(host)),
    keep: hosts.filter((host) => present.has(host)),
  };
}

/**
 * Hosts get new certificates, or another authority is put beside the one that signs now. A new authority that has signed
 * nothing yet is there after a run that was killed or repeated: then none is made.
 */
export function planRotation(
  store: CertificateStore,
  hosts: readonly string[],
  authority: boolean,
): CertificatePlan {
  const all = store.hosts.map(({ host }) => host);
  if (authority) return { newAuthority: !isRollingOver(store), issue: [], keep: all };
  const wanted = new Set(hosts.length === 0 ? all : hosts);
  return {
    newAuthority: false,
    issue: all.filter((host) => wanted.has(host)),
    keep: all.filter((host) => !wanted.has(host)),
  };
}

/** True between a new authority and the first certificate that it signs. */
export function isRollingOver({ authorities, hosts }: CertificateStore): boolean {
  const newest = authorities.at(-1)?.facts.serial;
  return authorities.length > 1 && !hosts.some(({ issuer }) => issuer === newest);
}

/** Hosts whose certificate the newest authority did not sign: they would be refused were the others retired. */
export function hostsOfOldAuthorities({ authorities, hosts }: CertificateStore): readonly string[] {
  const newest = authorities.at(-1)?.facts.serial;
  return hosts.filter(({ issuer }) => issuer !== newest).map(({ host }) => host);
}
