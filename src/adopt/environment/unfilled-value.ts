/** Texts that stand in example files where a value belongs. */
const unfilled: readonly RegExp[] = [
  /^<[^<>]*>$/,
  /^\[[^\]]*\]$/,
  /^(?:your|my|tu)[-_ ].*$/i,
  /^(?:change|replace)[-_ ]?(?:me|this|it).*$/i,
  /^(?:x{3,}|\.{3}|todo|tbd|fixme|placeholder|example)$/i,
  /^.*[-_]here$/i,
  /^\{\{.*\}\}$/,
];

/** True for the text of an example file that nobody replaced by a value. */
export function isUnfilled(value: string): boolean {
  return unfilled.some((pattern) => pattern.test(value));
}
