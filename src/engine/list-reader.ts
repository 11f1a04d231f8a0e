import { Failure } from '../model/failure.ts';

export interface RepositoryEntry {
  /** Relative to the listed path; `.` is the path itself. */
  readonly name: string;
  readonly type: 'file' | 'path' | 'link' | 'special';
  /** Bytes as stored; undefined for what is not a file. */
  readonly size: number | undefined;
  /** Epoch seconds of the last change; undefined for what is not a file. */
  readonly time: number | undefined;
}

/** How nearly every entry looks: pgBackRest `src/command/repo/ls.c`, storageListRenderCallback. */
const usual = /^"([^"\\]+)":\{"type":"(file|path|link|special)"(?:,"size":(\d+),"time":(-?\d+))?\}$/;

/** A name has 255 bytes at most, a path 4096, each up to six times as long in JSON. */
const longestEntry = 65_536;

const [openBrace, closeBrace, comma, quote, backslash] = [0x7b, 0x7d, 0x2c, 0x22, 0x5c] as const;

/**
 * Reads what `repo-ls --output=json` prints as it comes. It is one line, of 150 MB for a million files: only the entry
 * at hand is in memory.
 *
 * The engine ends with 0 although it could not write everything (`ls.c` passes over FileWriteError), so that only the
 * closing brace tells that the listing is whole.
 */
export class ListReader {
  readonly #onEntry: (entry: RepositoryEntry) => void;
  #rest: Buffer | undefined;
  #state: 'before' | 'within' | 'after' | 'broken' = 'before';

  constructor(onEntry: (entry: RepositoryEntry) => void) {
    this.#onEntry = onEntry;
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    while (at < bytes.length && this.#state !== 'broken') {
      const next = this.#step(bytes, at);
      if (next === undefined) {
        this.#rest = Buffer.from(bytes.subarray(at));
        if (this.#rest.length > longestEntry) this.#state = 'broken';
        return;
      }
      at = next;
    }
  }

  /** @throws Failure engine-failed when this was not a whole listing */
  end(): void {
    if (this.#state === 'after') return;
    throw new Failure('engine-failed', {
      operation: 'read the answer of pgbackrest repo-ls',
      problem: this.#state === 'broken' ? 'it is not a listing' : 'the listing is cut off',
      hint: 'Run the same `pgbackrest repo-ls --output=json` by hand; report the answer when it looks right.',
    });
  }

  /** @returns where the next step begins; undefined when more bytes are needed for this one */
  #step(bytes: Buffer, at: number): number | undefined {
    const byte = bytes[at] as number;
    if (byte === 0x0a || byte === 0x0d || byte === 0x20) return at + 1;
    if (this.#state === 'within' && byte === quote) return this.#entry(bytes, at);
    if (this.#state === 'within' && byte === comma) return at + 1;
    if (this.#state === 'before' && byte === openBrace) this.#state = 'within';
    else if (this.#state === 'within' && byte === closeBrace) this.#state = 'after';
    else this.#state = 'broken';
    return at + 1;
  }

  #entry(bytes: Buffer, at: number): number | undefined {
    const brace = bytes.indexOf(closeBrace, at);
    if (brace < 0) return undefined;
    const match = usual.exec(bytes.toString('utf8', at, brace + 1));
    if (match !== null) {
      const [, name, type, size, time] = match as unknown as [
        string,
        string,
        RepositoryEntry['type'],
        string?,
        string?,
      ];
      this.#onEntry({
        name,
        type,
        size: size === undefined ? undefined : Number(size),
        time: time === undefined ? undefined : Number(time),
      });
      return brace + 1;
    }
    const end = findEnd(bytes, at);
    if (end === undefined) return undefined;
    if (!this.#unusual(bytes.toString('utf8', at, end))) this.#state = 'broken';
    return end;
  }

  /** A link, or a name that JSON has to escape. */
  #unusual(text: string): boolean {
    try {
      const [[name, entry] = []] = Object.entries(
        JSON.parse(`{${text}}`) as Record<string, Partial<RepositoryEntry> | null>,
      );
      const type = entry?.type;
      if (name === undefined || type === undefined) return false;
      this.#onEntry({ name, type, size: entry?.size, time: entry?.time });
      return true;
    } catch {
      return false;
    }
  }
}

/** Behind the brace that closes an entry; braces in names do not. @returns undefined when it is not there yet */
function findEnd(bytes: Buffer, from: number): number | undefined {
  let isText = false;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isText && byte === backslash) at += 1;
    else if (byte === quote) isText = !isText;
    else if (byte === closeBrace && !isText) return at + 1;
  }
  return undefined;
}
