/** Texts that stand in example files where a value belongs. */
const unfilled: readonly RegExp[] = [
  /^<[^<>]*>$/,
  /^\[[^\]]*\]$/,
  /^(?:your|tu)[-_ ].*$/i,
  // More than these words may be a name that somebody chose: my-shop-backups.
  /^my[-_ ]?(?:bucket|container|account|(?:secret|access)?[-_ ]?key(?:[-_ ]id)?|secret|pass(?:word|phrase))$/i,
  /^\/path\/to\//i,
  /^(?:change|replace)[-_ ]?(?:me|this|it).*$/i,
  /^(?:x{3,}|\.{3}|todo|tbd|fixme|placeholder|example)$/i,
  /^.*[-_]here$/i,
  /^\{\{.*\}\}$/,
];

/** True for the text of an example file that nobody replaced by a value. */
export function isUnfilled(value: string): boolean {
  return unfilled.some((pattern) => pattern.test(value));
}
