import type { LintDocument, PlacedText } from '../../lint-document.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { linesOf, type TextLine } from './text-lines.ts';

/** One `Key=value` of a unit. */
export interface UnitEntry {
  readonly section: string;
  readonly key: PlacedText;
  /** The rest of the line, with the lines that continue it; its breaks are still in it. */
  readonly value: PlacedText;
  readonly line: { readonly start: number; readonly end: number };
}

/** A unit of systemd in a document, which may hold several. */
export interface UnitFile {
  /** `pgbackrest-full.timer`; undefined when nothing tells. */
  readonly name: string | undefined;
  /** Adds to the unit of that name instead of being it (`name.timer.d/x.conf`). */
  readonly isDropIn: boolean;
  readonly entries: readonly UnitEntry[];
}

const unitName = /(?:^|[/\s])([\w@.\\:-]+\.(?:timer|service))(?:\.d\/[^/\s]+\.conf)?(?=$|[\s:)'"`])/;

/**
 * Reads the unit files of a document (systemd.syntax(7)): sections, comments, lines continued with a backslash. Where a
 * block shows several files one after the other, a comment that names a file or a second `[Unit]` starts the next.
 */
export function readUnitFiles(document: LintDocument): UnitFile[] {
  const parts: { name: string | undefined; entries: UnitEntry[]; sections: Set<string> }[] = [];
  let current: (typeof parts)[number] = { name: undefined, entries: [], sections: new Set() };
  let section = '';
  let announced: string | undefined;
  const lines = linesOf(document.text);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    const trimmed = line.text.trim();
    if (trimmed === '') continue;
    if (/^[#;]/.test(trimmed)) {
      announced = unitName.exec(trimmed)?.[1] ?? announced;
      continue;
    }
    const header = /^\[([^\]]+)\]$/.exec(trimmed)?.[1];
    if (header !== undefined) {
      if (startsAnother(current.sections, header, announced)) {
        parts.push(current);
        current = { name: undefined, entries: [], sections: new Set() };
      }
      current.name ??= announced;
      announced = undefined;
      current.sections.add(header);
      section = header;
      continue;
    }
    const last = lastOfContinued(lines, at);
    const entry = readEntry(document, section, line, lines[last] ?? line);
    if (entry !== undefined) current.entries.push(entry);
    at = last;
  }
  parts.push(current);
  const fileName = unitName.exec(document.destination ?? document.file);
  const isDropIn = /\.d\/[^/]+\.conf$/.test(document.destination ?? document.file);
  return parts
    .filter((part) => part.entries.length > 0 || part.sections.size > 0)
    .map((part) => ({
      name: part.name ?? (parts.length === 1 ? fileName?.[1] : undefined),
      isDropIn,
      entries: part.entries,
    }));
}

function startsAnother(
  sections: ReadonlySet<string>,
  header: string,
  announced: string | undefined,
): boolean {
  if (sections.size === 0) return false;
  return announced !== undefined || (header === 'Unit' && sections.has('Unit'));
}

/** Comments between continued lines are skipped by systemd. */
function lastOfContinued(lines: readonly TextLine[], from: number): number {
  let at = from;
  while (lines[at]?.text.endsWith('\\') === true && at + 1 < lines.length) at += 1;
  return at;
}

function readEntry(
  document: LintDocument,
  section: string,
  first: TextLine,
  last: TextLine,
): UnitEntry | undefined {
  const text = document.text.slice(first.start, last.end);
  const found = /^(\s*)([A-Za-z][\w-]*)(\s*=\s*)/.exec(text);
  if (!found) return undefined;
  const [whole = '', indentation = '', key = ''] = found;
  const keyStart = first.start + indentation.length;
  // An empty value must not swallow the line break with the blanks that follow `=`.
  const valueStart = Math.min(first.start + whole.length, first.end);
  const value = document.text.slice(valueStart, last.end).trimEnd();
  return {
    section,
    key: { document, start: keyStart, end: keyStart + key.length, value: key, unknown: false },
    value: {
      document,
      start: valueStart,
      end: valueStart + value.length,
      value,
      unknown: holdsPlaceholder(value),
    },
    line: { start: first.start, end: last.next },
  };
}
