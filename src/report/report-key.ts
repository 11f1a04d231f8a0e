import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** A public key with which reports are verified. */
export interface PublicReportKey {
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** SPKI, PEM. */
  readonly pem: string;
  /** One line in the form of OpenSSH. */
  readonly ssh: string;
  readonly key: KeyObject;
}

const algorithm = 'ssh-ed25519';

/** RFC 8032 §5.1.6. */
const signatureBytes = 64;

/**
 * Reads an Ed25519 key from PEM, public or private; text around the block is ignored (RFC 7468 §2).
 *
 * @returns undefined when there is no such key in it
 */
export function readReportKey(pem: string): PublicReportKey | undefined {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    // Whatever OpenSSL says of it: it is no key.
    return undefined;
  }
  return key.asymmetricKeyType === 'ed25519' ? describeReportKey(key) : undefined;
}

/** @param key a public Ed25519 key */
export function describeReportKey(key: KeyObject): PublicReportKey {
  // RFC 8709 §4: the name and the 32 bytes, each with its length before it.
  const bytes = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = Buffer.concat([algorithm, bytes].flatMap(withLength));
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return {
    fingerprint: `SHA256:${digest}`,
    pem: key.export({ format: 'pem', type: 'spki' }).toString(),
    ssh: `${algorithm} ${blob.toString('base64')} holdfast-reports`,
    key,
  };
}

function withLength(part: string | Buffer): Buffer[] {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

/** Ed25519 over the bytes, or the text's UTF-8 bytes (RFC 8032, without a hash before). @returns 64 bytes */
export function signReport(content: string | Uint8Array, privateKey: KeyObject): Buffer {
  return sign(null, Buffer.from(content), privateKey);
}

/** @param signature the 64 bytes, or their base64 as text */
export function isSignedBy(content: Uint8Array, signature: Uint8Array, { key }: PublicReportKey): boolean {
  const bytes =
    signature.length === signatureBytes
      ? signature
      : Buffer.from(Buffer.from(signature).toString('latin1').trim(), 'base64');
  return bytes.length === signatureBytes && verify(null, content, key, bytes);
}
