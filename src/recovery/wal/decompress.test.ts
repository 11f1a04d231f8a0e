import { existsSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { decompressSegment } from './decompress.ts';

const maximum = 1024 * 1024;
const path = '/usr/bin:/bin';

/** Repeated and random parts of every length, as WAL has them. */
const contents = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 })), {
    maxLength: 30,
  })
  .map((parts) =>
    Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))),
  )
  .filter((bytes) => bytes.length <= maximum);

/** A frame as the LZ4 format allows it: blocks that are stored, which every encoder may write. */
function storeLz4(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((0x8000_0000 | bytes.length) >>> 0);
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
  return Buffer.concat([header, ...(bytes.length === 0 ? [] : [size, bytes]), Buffer.alloc(4)]);
}

describe('decompressSegment', () => {
  it('gives back what gz and zst hold, and plain segments as they are', async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (bytes) => {
        expect(await decompressSegment(gzipSync(bytes), 'a.gz', maximum, path)).toEqual(bytes);
        expect(await decompressSegment(zstdCompressSync(bytes), 'a.zst', maximum, path)).toEqual(bytes);
        expect(await decompressSegment(storeLz4(bytes), 'a.lz4', maximum, path)).toEqual(bytes);
        expect(await decompressSegment(bytes, 'a-0123', maximum, path)).toBe(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it('decodes blocks with matches that overlap themselves', async () => {
    // One literal, then a match of 12 bytes at distance 1, then five literals.
    const block = Buffer.from([0x18, 0x61, 0x01, 0x00, 0x50, 0x62, 0x63, 0x64, 0x65, 0x66]);
    const frame = Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73, block.length, 0, 0, 0]),
      block,
      Buffer.alloc(4),
    ]);
    expect((await decompressSegment(frame, 'a.lz4', maximum, path)).toString()).toBe('aaaaaaaaaaaaabcdef');
  });

  it.each(['gz', 'zst', 'lz4'])('names damaged %s', async (extension) => {
    const damaged = decompressSegment(Buffer.from('not compressed at all'), `a.${extension}`, maximum, path);
    await expect(damaged).rejects.toMatchObject({ kind: 'repository-damaged' });
  });

  it('never fails without a name on any lz4 bytes', async () => {
    const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.nat(120), async (noise, size) => {
        const length = Buffer.from([size, 0, 0, 0]);
        try {
          await decompressSegment(Buffer.concat([header, length, noise]), 'a.lz4', 1000, path);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });

  it('uses the program bzip2 and names it when it is not there', async () => {
    const stored = Buffer.from(
      'QlpoOTFBWSZTWT4hA1YAAJWZgEAAEAAQIEAQIAAwwAKVDJwiwi6RaRaRaRfF3JFOFCQPiEDVgA==',
      'base64',
    );
    const reading = decompressSegment(stored, 'a.bz2', maximum, path);
    if (existsSync('/usr/bin/bzip2') || existsSync('/bin/bzip2'))
      expect(await reading).toEqual(Buffer.from('bzip2 '.repeat(100)));
    else await expect(reading).rejects.toMatchObject({ kind: 'nothing-found' });
    await expect(decompressSegment(stored, 'a.bz2', maximum, '/nowhere')).rejects.toMatchObject({
      kind: 'nothing-found',
    });
  });
});
