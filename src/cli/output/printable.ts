/**
 * Text from elsewhere (a set's notes, a command line in the journal) on one line and without anything a terminal
 * would obey: control characters become question marks.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
