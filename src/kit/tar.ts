import { Failure } from '../model/failure.ts';

/** A file in a tar. */
export interface TarEntry {
  /** Relative, with `/`; at most 100 bytes. */
  readonly name: string;
  readonly content: Buffer;
}

const block = 512;

/**
 * A tar of plain files in the ustar form (POSIX.1-1988, tar(5)), all of mode 0600. It is made in memory, because what it
 * holds must not lie on a disk unencrypted.
 *
 * @param at seconds since 1970, of every file
 */
export function writeTar(entries: readonly TarEntry[], at: number): Buffer {
  const parts = entries.flatMap(({ name, content }) => [
    header(name, content.length, at),
    content,
    Buffer.alloc((block - (content.length % block)) % block),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function header(name: string, size: number, at: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`too long for a tar: ${name}`);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  const buffer = Buffer.alloc(block);
  buffer.write(name, 0);
  buffer.write(octal(0o600, 7), 100);
  buffer.write(octal(0, 7), 108);
  buffer.write(octal(0, 7), 116);
  buffer.write(octal(size, 11), 124);
  buffer.write(octal(at, 11), 136);
  buffer.write(' '.repeat(8), 148);
  buffer.write('0', 156);
  buffer.write('ustar\u000000', 257, 'latin1');
  buffer.write(`${octal(checksum(buffer), 6)} `, 148);
  return buffer;
}

/** The checksum field counts as blanks. */
function checksum(buffer: Buffer): number {
  return buffer.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

/**
 * The plain files of a tar. Anything that is none (a link, a device), or would land outside of the folder, is refused:
 * kits have no such thing.
 *
 * @throws Failure file-unusable when it is no whole tar
 */
export function readTar(buffer: Buffer, place: string): TarEntry[] {
  const entries: TarEntry[] = [];
  let offset = 0;
  for (;;) {
    const head = buffer.subarray(offset, offset + block);
    if (head.length < block) throw damaged(place, 'it ends in the middle');
    if (head.every((byte) => byte === 0)) return entries;
    const size = Number.parseInt(textAt(head, 124, 12), 8);
    if (Number.parseInt(textAt(head, 148, 8), 8) !== checksum(head) || !(size >= 0))
      throw damaged(place, 'a header has the wrong checksum');
    const name = textAt(head, 0, 100);
    const type = textAt(head, 156, 1);
    const content = buffer.subarray(offset + block, offset + block + size);
    if (content.length < size) throw damaged(place, 'it ends in the middle');
    if (type !== '0' && type !== '5') throw damaged(place, `${name} is no plain file`);
    if (!/^[\w@-][\w@.-]*(?:\/[\w@-][\w@.-]*)*\/?$/.test(name))
      throw damaged(place, 'a name in it is not one of ours');
    if (type === '0') entries.push({ name, content });
    offset += block + Math.ceil(size / block) * block;
  }
}

function textAt(buffer: Buffer, offset: number, length: number): string {
  const text = buffer.subarray(offset, offset + length).toString('latin1');
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).trim();
}

function damaged(place: string, problem: string): Failure {
  return new Failure('file-unusable', {
    operation: 'open the break-glass kit',
    place,
    problem: `it is no whole kit: ${problem}`,
    hint: 'Take another copy of it, or make a new kit with `holdfast kit create`.',
  });
}
