import type { SourcePosition } from '../../model/source-position.ts';
import type { EnvironmentFile, EnvironmentVariable, UnreadableLine } from './environment-variable.ts';

/**
 * Reads the lines of an `.env` file the way Docker Compose does, which is how such files are used: `export`, quotes,
 * comments, values over several lines in quotes, `${NAME}`, `${NAME:-default}` and `$NAME` of variables before it.
 * The environment is not looked at: what a file means must not depend on who reads it. Never throws. (lint reads such
 * files too, but as places in a text: it judges what is written, and never what a reference would come to.)
 *
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 * @param text content; `\r\n` and a byte order mark are taken
 * @param file name for positions
 */
export function readEnvironmentFile(text: string, file: string): EnvironmentFile {
  const reader = new EnvironmentReader(text.replace(/^\uFEFF/, ''), file);
  reader.read();
  return { file, form: 'environment', ...reader.result() };
}

interface RawValue {
  readonly text: string;
  /** What in it is more than itself: nothing in single quotes, `$` without quotes, `$` and `\\n` in double ones. */
  readonly means: 'itself' | 'references' | 'references and escapes';
}

class EnvironmentReader {
  readonly #text: string;
  readonly #file: string;
  readonly #variables = new Map<string, EnvironmentVariable>();
  readonly #overridden: EnvironmentVariable[] = [];
  readonly #unreadable: UnreadableLine[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  result(): Pick<EnvironmentFile, 'variables' | 'overridden' | 'unreadable'> {
    return { variables: this.#variables, overridden: this.#overridden, unreadable: this.#unreadable };
  }

  read(): void {
    while (this.#at < this.#text.length) {
      this.#readLine();
      this.#skipLine();
    }
  }

  #readLine(): void {
    this.#take(/[ \t]*/y);
    if (/^(?:$|[\r\n#])/.test(this.#text.slice(this.#at, this.#at + 1))) return;
    this.#take(/export[ \t]+/y);
    const position = this.#position();
    const name = this.#take(/[A-Za-z_][\w.-]*/y);
    if (name === '') return this.#refuse(position, 'is not NAME=value');
    this.#take(/[ \t]*/y);
    if (this.#take(/=/y) === '') {
      if (this.#take(/[ \t]*(?:#[^\n]*)?(?=\r?\n|$)/y) === '' && !this.#atLineEnd()) {
        return this.#refuse(position, 'has no = after its name');
      }
      return this.#keep({ name, value: undefined, position, unresolved: [] });
    }
    const raw = this.#readValue(position);
    if (raw === undefined) return;
    const { value, unresolved } =
      raw.means === 'itself'
        ? { value: raw.text, unresolved: [] }
        : expandReferences(raw, (other) => this.#variables.get(other)?.value);
    this.#keep({ name, value, position, unresolved });
  }

  #readValue(position: SourcePosition): RawValue | undefined {
    this.#take(/[ \t]*/y);
    const quote = this.#take(/["']/y);
    if (quote === '') {
      const plain = this.#take(/[^\r\n]*/y);
      // A comment needs a blank before it: a # inside a word is part of the value.
      return { text: plain.replace(/(?:^|[ \t]+)#.*$/, '').trimEnd(), means: 'references' };
    }
    const content = this.#take(quote === "'" ? /[^']*/y : /(?:[^"\\]|\\[^])*/y);
    if (this.#take(quote === "'" ? /'/y : /"/y) === '') {
      const problem = `has a ${quote} that is never closed`;
      this.#unreadable.push({ position, problem, hidesRest: true });
      this.#at = this.#text.length;
      return undefined;
    }
    if (this.#take(/[ \t]*(?:#[^\n]*)?(?=\r?\n|$)/y) === '' && !this.#atLineEnd()) {
      this.#refuse(position, 'goes on after its closing quote');
      return undefined;
    }
    return {
      text: content.replaceAll('\r\n', '\n'),
      means: quote === '"' ? 'references and escapes' : 'itself',
    };
  }

  #keep(variable: EnvironmentVariable): void {
    const before = this.#variables.get(variable.name);
    if (before !== undefined) this.#overridden.push(before);
    this.#variables.set(variable.name, variable);
  }

  #refuse(position: SourcePosition, problem: string): void {
    this.#unreadable.push({ position, problem });
  }

  #atLineEnd(): boolean {
    return this.#at >= this.#text.length || /[\r\n]/.test(this.#text.charAt(this.#at));
  }

  #skipLine(): void {
    this.#take(/[^\n]*\n?/y);
  }

  #position(): SourcePosition {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  /** Takes what the sticky pattern matches here, and counts the lines in it. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    for (let index = found.indexOf('\n'); index >= 0; index = found.indexOf('\n', index + 1)) {
      this.#line += 1;
      this.#lineStart = this.#at + index + 1;
    }
    this.#at += found.length;
    return found;
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  $: '$',
  '`': '`',
  '"': '"',
  '\\': '\\',
};

/** `\$` is a dollar sign; a reference to nothing that is known is left out and named. */
function expandReferences(
  { text, means }: RawValue,
  lookUp: (name: string) => string | undefined,
): { value: string; unresolved: string[] } {
  const unresolved: string[] = [];
  const pattern = /\\([^])|\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\}|\$([A-Za-z_]\w*)/g;
  const value = text.replaceAll(pattern, (...found: (string | undefined)[]) => {
    const [whole = '', escaped, braced, operator, word = '', bare] = found;
    if (escaped !== undefined) {
      return means === 'references' && escaped !== '$' ? whole : (escapes[escaped] ?? whole);
    }
    const name = braced ?? bare;
    if (name === undefined) return '$';
    const known = lookUp(name);
    const isThere = known !== undefined && (known !== '' || operator?.startsWith(':') !== true);
    if (operator?.endsWith('+') === true) return isThere ? word : '';
    if (isThere) return known;
    if (operator?.endsWith('-') === true) return word;
    unresolved.push(name);
    return '';
  });
  return { value, unresolved };
}
