import { createHash } from 'node:crypto';

/** Hex SHA-256 of bytes, or of the text's UTF-8 bytes: what `sha256sum` prints. */
export function hashText(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
