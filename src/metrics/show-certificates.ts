import type { CertificateObservation } from '../status/certificate-observation.ts';
import type { Gauges } from './gauges.ts';

/** When the certificates with which hosts speak TLS end. */
export function showCertificates(gauges: Gauges, certificates: readonly CertificateObservation[]): void {
  for (const { certificateFile, caFile, notAfter, authorityNotAfter } of certificates) {
    if (notAfter !== undefined)
      gauges.certificateEnd.set({ file: certificateFile, kind: 'host' }, notAfter / 1000);
    if (authorityNotAfter !== undefined)
      gauges.certificateEnd.set({ file: caFile, kind: 'authority' }, authorityNotAfter / 1000);
  }
}
