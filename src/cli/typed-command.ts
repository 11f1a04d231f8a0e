/** One word as a shell takes it: quoted only where it must be. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** `holdfast` and its words, to be typed again or remembered in the journal. */
export function typedCommand(argv: readonly string[]): string {
  return ['holdfast', ...argv.map(quoteWord)].join(' ');
}
