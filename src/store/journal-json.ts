/**
 * JSON for the journal: plans hold bigints (LSN, xid, microseconds), which JSON has not.
 *
 * A bigint becomes `{"$bigint":"123"}`. An object that has that very shape without being ours cannot be told apart;
 * facts are written by Holdfast only, and none has it.
 */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? { $bigint: part.toString() } : part,
  );
}

/** Reads what `encodeJson` wrote. @throws SyntaxError when it is not JSON */
export function decodeJson(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => (isTaggedBigint(part) ? BigInt(part.$bigint) : part));
}

function isTaggedBigint(part: unknown): part is { readonly $bigint: string } {
  if (typeof part !== 'object' || part === null) return false;
  const { $bigint: digits, ...rest } = part as Record<string, unknown>;
  return typeof digits === 'string' && /^-?\d+$/.test(digits) && Object.keys(rest).length === 0;
}
