import type { CommandList, CommandUse, YamlValue } from '../../facts.ts';
import { LintDocument, type Segment } from '../../lint-document.ts';
import { readCommandList } from '../shell/read-command-list.ts';
import { scalarPlace, scalarSegments, scalarWords } from './embed-scalar.ts';

type YamlScalar = YamlValue & { kind: 'scalar' };

/**
 * A command as containers have it: a line for a shell, or a list with one word an item (`["sh", "-c", "…"]`).
 *
 * @param value what stands under `command`, `entrypoint`, `test`
 * @param by who splits a text into words: without a shell, line breaks are blanks
 * @returns undefined when nothing stands there
 */
export function readYamlCommand(
  value: YamlValue | undefined,
  use: CommandUse,
  by: 'shell' | 'program' = 'shell',
): CommandList | undefined {
  if (value?.kind === 'list') return readWords(value.items, use);
  if (value?.kind !== 'scalar' || value.value === null) return undefined;
  return readCommandList(by === 'shell' ? scalarPlace(value) : scalarWords(value), use);
}

/** Words that reach the program as they stand. */
export function readWords(items: readonly YamlValue[], use: CommandUse): CommandList | undefined {
  const words = items.filter((item): item is YamlScalar => item.kind === 'scalar');
  const [first] = words;
  if (first === undefined) return undefined;
  const document = joinWords(words, first.place.document);
  return readCommandList({ document, start: 0, end: document.text.length }, use);
}

/** A line of shell that means these words and nothing else; each character knows where it stands. */
function joinWords(words: readonly YamlScalar[], container: LintDocument): LintDocument {
  const segments: Segment[] = [];
  let text = '';
  for (const word of words) {
    const value = word.text.value.replace(containerVariable, '${$1}');
    const quote = quoteFor(value);
    segments.push({ start: text.length, origin: word.text.start });
    text += text === '' ? quote : ` ${quote}`;
    // A quote within quotes grows: what is between two of them stands together.
    const breaks = quote === "'" ? [...value.matchAll(/'/g)].map(({ index }) => index) : [];
    let from = 0;
    for (const to of [...breaks, value.length]) {
      segments.push(...partOfSegments(scalarSegments(word), from, to, text.length - from));
      text += value.slice(from, to) + (to < value.length ? `'\\''` : '');
      from = to + 1;
    }
    text += quote;
  }
  return new LintDocument(container.file, { kind: 'shell', text, container, segments });
}

/** The segments of a range of a value, moved by as much as the range was moved. */
function partOfSegments(segments: readonly Segment[], from: number, to: number, moved: number): Segment[] {
  const before = segments.findLast(({ start }) => start <= from) ?? { start: 0, origin: 0 };
  const first = { start: from, origin: before.origin + (from - before.start) };
  const others = segments.filter(({ start }) => start > from && start <= to);
  return [first, ...others].map(({ start, origin }) => ({ start: start + moved, origin }));
}

/** Kubernetes puts in `$(NAME)` what a shell would put in for `${NAME}`; the two are equally long. */
const containerVariable = /(?<!\$)\$\(([A-Za-z_]\w*)\)/g;

function quoteFor(value: string): string {
  if (/^(?:[\w@%+=:,./-]|\$\{\w+\})+$/.test(value)) return '';
  return value.includes("'") && !/["\\`$]/.test(value) ? '"' : "'";
}
