import type { ConfEntry, ConfSource } from './conf-source.ts';

/** Part of the first line to the engine, which then is no section. */
const byteOrderMark = '\uFEFF';

type BadLine = ConfSource['badLines'][number];

/**
 * Reads a pgbackrest.conf exactly as the engine does: lines are trimmed (blank, tab, CR); empty ones and those that
 * begin with `#` are skipped; there are no comments behind a value, no quoting and no continuation. The rule is the
 * same in 2.45 to 2.60 (pgBackRest `src/common/ini.c`, iniValueNext, and `src/common/type/string.c`, strTrim).
 *
 * Never throws: the engine stops with [029] at the first bad line, here all of them are listed and the rest is read.
 *
 * @param file only named in the result
 * @returns sections run from their header to the next one; an entry with an empty value is an entry, because the
 *   engine refuses it ([032]) only for commands that take the option
 */
export function readConfText(text: string, file: string): ConfSource {
  const reader = new ConfReader(text);
  for (let start = 0; start < text.length;) {
    const lineBreak = text.indexOf('\n', start);
    const end = lineBreak < 0 ? text.length : lineBreak + 1;
    reader.readLine(start, end);
    start = end;
  }
  return reader.finish(file);
}

class ConfReader {
  readonly #text: string;
  readonly #sections: { name: string; start: number; end: number }[] = [];
  readonly #entries: ConfEntry[] = [];
  readonly #badLines: BadLine[] = [];
  #section = '';

  constructor(text: string) {
    this.#text = text;
  }

  readLine(lineStart: number, lineEnd: number): void {
    const [start, end] = trimRange(this.#text, lineStart, lineEnd);
    if (start === end || this.#text[start] === '#') return;
    if (this.#text[start] === '[') this.#readSection(lineStart, start, end);
    else this.#readEntry({ start: lineStart, end: lineEnd }, start, end);
  }

  finish(file: string): ConfSource {
    this.#closeSection(this.#text.length);
    return {
      file,
      text: this.#text,
      sections: this.#sections,
      entries: this.#entries,
      badLines: this.#badLines,
    };
  }

  #readSection(lineStart: number, start: number, end: number): void {
    if (this.#text[end - 1] !== ']') {
      this.#refuse(start, end, 'a section must end with ], and nothing may follow it');
      return;
    }
    // Blanks inside the brackets belong to the name: `[ global ]` is not `[global]`.
    const name = this.#text.slice(start + 1, end - 1);
    if (name === '') {
      this.#refuse(start, end, 'a section must have a name');
      return;
    }
    this.#closeSection(lineStart);
    this.#section = name;
    this.#sections.push({ name, start: lineStart, end: this.#text.length });
  }

  #closeSection(end: number): void {
    const last = this.#sections.at(-1);
    if (last !== undefined) last.end = end;
  }

  #readEntry(line: { readonly start: number; readonly end: number }, start: number, end: number): void {
    const equals = this.#text.indexOf('=', start);
    if (equals < 0 || equals >= end) {
      this.#refuse(
        start,
        end,
        this.#text[start] === byteOrderMark
          ? 'a byte order mark stands before it, which an editor of Windows puts there: save the file as UTF-8 without it'
          : 'a line must be `key=value`, a `[section]`, or begin with #',
      );
      return;
    }
    const [nameStart, nameEnd] = trimRange(this.#text, start, equals);
    const [valueStart, valueEnd] = trimRange(this.#text, equals + 1, end);
    if (nameStart === nameEnd) {
      this.#refuse(start, end, 'the key is missing before =');
      return;
    }
    if (this.#section === '') this.#refuse(start, end, 'a key stands before the first section');
    this.#entries.push({
      section: this.#section,
      name: this.#text.slice(nameStart, nameEnd),
      value: this.#text.slice(valueStart, valueEnd),
      nameStart,
      valueStart,
      lineStart: line.start,
      lineEnd: line.end,
    });
  }

  #refuse(start: number, end: number, problem: string): void {
    this.#badLines.push({ start, end, problem });
  }
}

/** Bounds without what the engine trims: blank, tab, CR, LF and nothing else. */
function trimRange(text: string, from: number, to: number): readonly [number, number] {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return [start, end];
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}
