import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What a certificate says of itself. Times are epoch milliseconds. */
export interface CertificateFacts {
  /** Its common name: with it pgBackRest finds the client in `tls-server-auth`. */
  readonly name: string;
  /** Names under which a server may show it. */
  readonly names: readonly string[];
  readonly serial: string;
  /** SHA-256, colons between the bytes. */
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isAuthority: boolean;
}

/** The certificates in a PEM text, in its order; what stands between them is skipped. @throws TypeError for a broken one */
export function readCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** What a certificate says of itself. */
export function describeCertificate(certificate: X509Certificate): CertificateFacts {
  return {
    name: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '',
    names: [...(certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(
      ([, name]) => name ?? '',
    ),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    isAuthority: certificate.ca,
  };
}

/** Which of some authorities signed a certificate. */
export function findIssuer(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
): X509Certificate | undefined {
  return authorities.find(
    (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  );
}

/** Whether a key belongs to a certificate. @returns false too where the text holds no key */
export function keyFits(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    // What cannot be read as a key fits no certificate; openssl's words would add nothing.
    return false;
  }
}
