import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ScriptPiece } from './change-script.ts';

const mostBuffered = 256 * 1024;

/** A new file that is written piece by piece and stays private to whoever runs Holdfast: there are rows in it. */
export class ScriptFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  #parts: string[] = [];
  #length = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** @throws Error EEXIST: a file is never replaced */
  static async create(path: string): Promise<ScriptFile> {
    return new ScriptFile(await open(path, 'wx', 0o600));
  }

  /** @param line one character a byte; gives a promise only when something must be awaited */
  add(line: string): Promise<void> | undefined {
    this.#parts.push(line);
    this.#length += line.length;
    return this.#length < mostBuffered ? undefined : this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#parts.join(''), 'latin1');
    this.#parts = [];
    this.#length = 0;
    await this.#handle.writeFile(bytes);
  }

  /** Writes what is left and makes the file survive a power cut. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Writes a script whole. */
export async function writeScript(path: string, pieces: readonly ScriptPiece[]): Promise<void> {
  await using file = await ScriptFile.create(path);
  for (const piece of pieces) {
    if ('text' in piece) await file.add(Buffer.from(piece.text, 'utf8').toString('latin1'));
    else {
      for await (const chunk of createReadStream(piece.file) as AsyncIterable<Buffer>)
        await file.add(chunk.toString('latin1'));
    }
  }
  await file.finish();
}
