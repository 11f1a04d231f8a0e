import { type FileHandle, open } from 'node:fs/promises';

const chunkBytes = 64 * 1024;
const newline = 0x0a;

/** Reads whole lines of a file that somebody else appends to. Nothing is lost or given twice. */
export class FileTail implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #onLine: (line: string) => void;
  readonly #buffer = Buffer.allocUnsafe(chunkBytes);
  #position: number;
  /** What came after the last line end: bytes, because a character may be cut in two. */
  #rest: Buffer[] = [];

  private constructor(file: FileHandle, position: number, onLine: (line: string) => void) {
    this.#file = file;
    this.#position = position;
    this.#onLine = onLine;
  }

  /**
   * @param position bytes from the beginning of the file
   * @throws NodeJS.ErrnoException when the file cannot be opened
   */
  static async open(path: string, position: number, onLine: (line: string) => void): Promise<FileTail> {
    return new FileTail(await open(path, 'r'), position, onLine);
  }

  /** Gives the lines that are complete by now. */
  async read(): Promise<void> {
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, chunkBytes, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      this.#split(this.#buffer.subarray(0, bytesRead));
    }
  }

  /** Gives what is left, also a last line without an end: its writer is gone. */
  async finish(): Promise<void> {
    await this.read();
    if (this.#rest.length > 0) this.#give();
  }

  #split(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      // Copied: the buffer is used again for the next chunk.
      this.#rest.push(Buffer.from(chunk.subarray(start, end)));
      this.#give();
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(start)));
  }

  #give(): void {
    const line = Buffer.concat(this.#rest).toString('utf8');
    this.#rest = [];
    this.#onLine(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
