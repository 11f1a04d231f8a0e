import type { Command } from 'unbash';
import type { PlacedText } from '../../lint-document.ts';
import { mapPlaced, type MappedText } from '../../readers/shell/mapped-text.ts';
import { readRange, readWord, type ShellSource } from '../../readers/shell/read-word.ts';
import { unwrapWords } from '../../readers/shell/unwrap-words.ts';

/** A simple command without `sudo`, `nice` and the like; `line` is what `bash -c` was given instead of words. */
export interface SimpleCommand {
  readonly words: readonly PlacedText[];
  readonly redirections: readonly PlacedText[];
  readonly line: MappedText | undefined;
}

/** Reads one; undefined for a command that only assigns variables. */
export function readSimpleCommand(source: ShellSource, command: Command): SimpleCommand | undefined {
  if (command.name === undefined) return undefined;
  const words = [command.name, ...command.args].map((word) =>
    word.type === 'Word' ? readWord(source, word) : readRange(source, word.pos, word.end),
  );
  const redirections = command.redirects.map((part) => readRange(source, part.pos, part.end));
  const unwrapped = unwrapWords(words);
  const line = unwrapped.line === undefined ? undefined : mapPlaced(unwrapped.line);
  return { words: unwrapped.words, redirections, line };
}
