/** One section of a unit. An empty value would reset a list: what is undefined is left out. */
export interface UnitSection {
  readonly name: string;
  readonly entries: readonly UnitEntry[];
}

/** `Key=value`, or a comment that stands before what follows. */
export type UnitEntry = readonly [key: string, value: string | undefined] | { readonly comment: string };

/** The text of a unit (systemd.syntax(7)). */
export function writeUnit(sections: readonly UnitSection[]): string {
  return sections
    .map(({ name, entries }) => [`[${name}]`, ...entries.flatMap(writeEntry), ''].join('\n'))
    .join('\n');
}

function writeEntry(entry: UnitEntry): readonly string[] {
  if ('comment' in entry) return [`# ${entry.comment}`];
  const [key, value] = entry;
  return value === undefined ? [] : [`${key}=${value}`];
}

/** A command line (systemd.service(5), "COMMAND LINES"): words in quotes, `%` and `$` doubled. */
export function unitCommand(words: readonly string[]): string {
  return words
    .map((word) => {
      const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
      if (/^[A-Za-z0-9_@%+:,./=$-]+$/.test(plain)) return plain;
      return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
    })
    .join(' ');
}

/** Paths of a list such as ReadWritePaths, quoted where they must be. */
export function unitPaths(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const plain = path.replaceAll('%', '%%');
      return /[\s"'\\]/.test(plain)
        ? `"${plain.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`
        : plain;
    })
    .join(' ');
}
