import { quoteForShell } from '../model/quote-for-shell.ts';

/** `holdfast` and its words, to be typed again or remembered in the journal. */
export function typedCommand(argv: readonly string[]): string {
  return ['holdfast', ...argv.map(quoteForShell)].join(' ');
}
