import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';

/** What tells one file from another one of the same name. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
  /** Epoch milliseconds. */
  readonly changedAt: number;
  readonly bytes: number;
}

export interface DirectoryEntry extends FileIdentity {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/**
 * A directory that is held open, so that nobody can put a link in its place between a look and an act: everything is
 * done by way of its descriptor (`/proc/self/fd`, as openat does it), and no symbolic link below it is ever followed.
 */
export class HeldDirectory implements AsyncDisposable {
  /** For people: where it was when it was opened. */
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /**
   * Opens one that the configuration names: links on the way to it are the administrator's and are followed.
   *
   * @returns undefined when there is none, or when it may not be read
   */
  static async open(path: string): Promise<HeldDirectory | undefined> {
    try {
      const real = await realpath(path);
      return new HeldDirectory(real, await openDirectory(real));
    } catch (error) {
      return absent(error);
    }
  }

  /** One inside of it. @returns undefined when there is none of that name, or when it is a link or a file */
  async enter(name: string): Promise<HeldDirectory | undefined> {
    try {
      return new HeldDirectory(`${this.path}/${name}`, await openDirectory(this.#at(name)));
    } catch (error) {
      return absent(error);
    }
  }

  /** What is in it, by name. Links are `other`. */
  async list(): Promise<readonly DirectoryEntry[]> {
    const names = (await readdir(this.#at('.'))).toSorted();
    const entries = await Promise.all(names.map((name) => this.look(name)));
    return entries.filter((entry) => entry !== undefined);
  }

  /** @returns undefined when there is nothing of that name */
  async look(name: string): Promise<DirectoryEntry | undefined> {
    try {
      const stat = await lstat(this.#at(name));
      return {
        name,
        kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other',
        device: stat.dev,
        inode: stat.ino,
        changedAt: stat.mtimeMs,
        bytes: stat.size,
      };
    } catch (error) {
      return absent(error);
    }
  }

  /** The first bytes of a file, as text. */
  async readHead(name: string, bytes: number): Promise<string> {
    await using file = await open(this.#at(name), constants.O_RDONLY | constants.O_NOFOLLOW);
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  }

  /** Removes a file that is still the one that was looked at. @returns false when it is not, or is gone */
  async removeFile(name: string, identity: FileIdentity): Promise<boolean> {
    const entry = await this.look(name);
    if (entry === undefined || entry.kind !== 'file' || !isSame(entry, identity)) return false;
    await unlink(this.#at(name));
    return true;
  }

  /** Removes an empty directory. @returns false when it is not empty, or gone */
  async removeDirectory(name: string): Promise<boolean> {
    try {
      await rmdir(this.#at(name));
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT' || code === 'ENOTDIR') return false;
      throw error;
    }
  }

  /** Renames a file that is still the one that was looked at. Never replaces. @returns false when nothing was done */
  async renameFile(
    name: string,
    to: string,
    identity: Omit<FileIdentity, 'changedAt' | 'bytes'>,
  ): Promise<boolean> {
    const entry = await this.look(name);
    if (entry?.kind !== 'file' || entry.inode !== identity.inode || entry.device !== identity.device)
      return false;
    if ((await this.look(to)) !== undefined) return false;
    await rename(this.#at(name), this.#at(to));
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  #at(name: string): string {
    if (name === '' || name === '..' || name.includes('/')) throw new Error(`not a name: ${name}`);
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }
}

function openDirectory(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

function isSame(entry: FileIdentity, identity: FileIdentity): boolean {
  return (
    entry.inode === identity.inode &&
    entry.device === identity.device &&
    entry.changedAt === identity.changedAt &&
    entry.bytes === identity.bytes
  );
}

function absent(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES') return undefined;
  throw error;
}
