/**
 * Jinja and Go templates, shell and Compose variables, command substitutions, and words in angle brackets that stand
 * for what the reader of a document is to put there.
 */
const placeholder = /\{\{|\{%|\$[{(A-Za-z_]|<[A-Za-z][^<>\n]*>/;

/** True when a text holds something that is replaced before it means anything, so that its content says nothing. */
export function holdsPlaceholder(text: string): boolean {
  return placeholder.test(text);
}
