import {
  findIssuer,
  keyFits,
  readCertificates,
  describeCertificate,
  type CertificateFacts,
} from './certificate-facts.ts';

/** The texts of the three files; undefined where a file could not be read for want of permission. */
export interface CertificateTexts {
  readonly certificate: string;
  readonly key: string | undefined;
  readonly authorities: string;
}

/** What the three files are together. */
export interface CertificateVerdict {
  readonly facts: CertificateFacts | undefined;
  /** The authority that signed it, of those in the bundle. */
  readonly issuer: CertificateFacts | undefined;
  /** Why TLS with them fails whatever the time is: lower case, no full stop. */
  readonly problem: string | undefined;
}

/** Judges what no clock decides: whether certificate, key and authorities belong together. */
export function judgeCertificateTexts(texts: CertificateTexts): CertificateVerdict {
  try {
    const [certificate] = readCertificates(texts.certificate);
    if (certificate === undefined)
      return { facts: undefined, issuer: undefined, problem: 'there is no certificate in the file' };
    const issuer = findIssuer(certificate, readCertificates(texts.authorities));
    const facts = describeCertificate(certificate);
    const known = { facts, issuer: issuer === undefined ? undefined : describeCertificate(issuer) };
    if (facts.isAuthority)
      return { ...known, problem: 'it is the certificate of an authority, not of a host' };
    if (texts.key !== undefined && !keyFits(certificate, texts.key))
      return { ...known, problem: 'the key does not belong to the certificate' };
    if (issuer === undefined)
      return { ...known, problem: 'none of the authorities in the CA file signed the certificate' };
    return { ...known, problem: undefined };
  } catch {
    // openssl's words for a broken encoding (ASN.1 routines, offsets) help nobody.
    return { facts: undefined, issuer: undefined, problem: 'the file holds a broken certificate' };
  }
}
