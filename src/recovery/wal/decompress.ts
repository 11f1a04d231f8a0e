import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { Failure } from '../../model/failure.ts';
import { decodeLz4 } from './decode-lz4.ts';

const gunzipAsync = promisify(gunzip);
const zstdAsync = promisify(zstdDecompress);

/**
 * Undoes what archive-push did to a segment, by the extension of its stored name (repository-format.md §6). gz and zst
 * are node's own; bz2, which hardly anybody uses, needs the program bzip2.
 *
 * @param maximum bytes the result may have
 * @throws Failure repository-damaged when it cannot be decompressed, nothing-found when the program is missing
 */
export async function decompressSegment(
  stored: Buffer,
  file: string,
  maximum: number,
  path: string,
): Promise<Buffer> {
  // One output buffer: with node's 16 KiB chunks a segment takes a thousand turns of the thread pool, and with exactly
  // the right size node allocates a second one because the first is full.
  const size = { maxOutputLength: maximum, chunkSize: maximum + 4096 };
  const extension = /\.(gz|zst|lz4|bz2)$/.exec(file)?.[1];
  try {
    switch (extension) {
      case 'gz':
        return await gunzipAsync(stored, size);
      case 'zst':
        return await zstdAsync(stored, size);
      case 'lz4':
        return decodeLz4(stored, maximum);
      case 'bz2':
        return await pipeThrough('bzip2', stored, maximum, path);
      default:
        return stored;
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('repository-damaged', {
      operation: 'read WAL from the repository',
      place: file,
      problem: 'the stored segment cannot be decompressed',
      hint: 'Run pgbackrest verify for the repository; restore from another repository with --repo meanwhile.',
      cause: error,
    });
  }
}

function pipeThrough(program: string, input: Buffer, maximum: number, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      ['-dc'],
      { encoding: 'buffer', maxBuffer: maximum, env: { PATH: path, LC_ALL: 'C.UTF-8' }, cwd: '/' },
      (error, stdout) => {
        if (!error) resolve(stdout);
        else if (error.code === 'ENOENT') {
          reject(
            new Failure('nothing-found', {
              operation: 'read WAL from the repository',
              problem: `the program ${program} is needed to look into the archived WAL and is not installed`,
              hint: `Install the package ${program}; the archive is compressed with it.`,
            }),
          );
        } else reject(error);
      },
    );
    // A program that ends before it has read everything is judged by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
