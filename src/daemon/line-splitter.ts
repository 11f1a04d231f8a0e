/** Cuts a stream of bytes into lines, and keeps no more than one line of a given length. */
export class LineSplitter {
  readonly #mostBytes: number;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  /** @param mostBytes longest line that is taken */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * @param chunk the next bytes, in any portion
   * @returns the lines that it completes, without their ends; `undefined` in place of a line that is too long, and
   * then nothing more should be read
   */
  push(chunk: Buffer): readonly (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      lines.push(this.#finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (!this.#keep(chunk.subarray(start))) lines.push(undefined);
    return lines;
  }

  #finish(rest: Buffer): string | undefined {
    const fits = this.#keep(rest);
    const line = fits ? Buffer.concat(this.#kept).toString('utf8') : undefined;
    this.#kept = [];
    this.#keptBytes = 0;
    return line;
  }

  #keep(bytes: Buffer): boolean {
    if (bytes.length === 0) return this.#keptBytes <= this.#mostBytes;
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > this.#mostBytes) {
      this.#kept = [];
      return false;
    }
    this.#kept.push(bytes);
    return true;
  }
}
