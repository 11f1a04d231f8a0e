import { createHash } from 'node:crypto';
import { encodeJson } from './journal-json.ts';

/** What stands before the first entry. */
export const noPreviousHash = '0'.repeat(64);

/**
 * The text of an entry that is hashed and stored: JSON without blanks, the keys of every object sorted by UTF-16 code
 * units, strings and numbers as `JSON.stringify` writes them, bigints as the journal has them (`{"$bigint":"12"}`).
 * This is RFC 8785 (JSON Canonicalization Scheme).
 */
export function canonicalJson(value: unknown): string {
  // Through the journal's JSON first: what has no JSON is gone, bigints are tagged.
  return writeSorted(JSON.parse(encodeJson(value)));
}

function writeSorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeSorted).join(',')}]`;
  const parts = Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${writeSorted(part)}`);
  return `{${parts.join(',')}}`;
}

/** Hex SHA-256 over the UTF-8 bytes of: the hash before in hex, a line feed, the text of the entry. */
export function hashEntry(previous: string, entry: string): string {
  return createHash('sha256').update(`${previous}\n${entry}`, 'utf8').digest('hex');
}
