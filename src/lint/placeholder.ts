/**
 * Jinja and Go templates, shell and Compose variables, command substitutions, words that a script exchanges (`@NAME@`,
 * `__NAME__`), and words in angle brackets that stand for what the reader of a document is to put there.
 */
const placeholder = /\{\{|\{%|\$[{(A-Za-z_]|<[A-Za-z][^<>\n]*>|@[A-Z][A-Z0-9_]*@|__[A-Z][A-Z0-9_]*__/;

/** True when a text holds something that is replaced before it means anything, so that its content says nothing. */
export function holdsPlaceholder(text: string): boolean {
  return placeholder.test(text);
}
