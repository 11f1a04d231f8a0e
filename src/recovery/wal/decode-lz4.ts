const magic = 0x184d2204;

/**
 * Decodes LZ4 frames: the form in which pgBackRest stores with `compress-type=lz4`. Node has no LZ4, and its program is
 * not installed with pgBackRest. Checksums are not looked at: what is read here is checked by its WAL records.
 *
 * Rule: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md
 *
 * @param maximum bytes the result may have
 * @throws RangeError when the bytes are not LZ4 frames or hold more than `maximum`
 */
export function decodeLz4(input: Buffer, maximum: number): Buffer {
  const output = Buffer.alloc(maximum);
  let from = 0;
  let to = 0;
  while (from < input.length) {
    const frame = readFrameHeader(input, from);
    from = frame.end;
    for (;;) {
      const size = input.readUInt32LE(from);
      from += 4;
      if (size === 0) break;
      const length = size & 0x7fff_ffff;
      if (from + length > input.length) throw new RangeError('an LZ4 block is cut off');
      const block = input.subarray(from, from + length);
      to = size >= 0x8000_0000 ? copyPlain(block, output, to) : decodeBlock(block, output, to);
      from += length + (frame.blockChecksums ? 4 : 0);
    }
    from += frame.contentChecksum ? 4 : 0;
  }
  return output.subarray(0, to);
}

function readFrameHeader(
  input: Buffer,
  at: number,
): { readonly end: number; readonly blockChecksums: boolean; readonly contentChecksum: boolean } {
  if (input.readUInt32LE(at) !== magic) throw new RangeError('this is not an LZ4 frame');
  const flags = input.readUInt8(at + 4);
  if (flags >> 6 !== 1) throw new RangeError('this version of LZ4 frames is not known');
  const contentSize = (flags & 0x08) === 0 ? 0 : 8;
  const dictionary = (flags & 0x01) === 0 ? 0 : 4;
  return {
    // Magic number, two bytes of description, the optional fields, one byte of checksum.
    end: at + 7 + contentSize + dictionary,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
  };
}

function copyPlain(block: Buffer, output: Buffer, to: number): number {
  if (to + block.length > output.length) throw new RangeError('more than expected is in it');
  block.copy(output, to);
  return to + block.length;
}

/** Matches may reach back into earlier blocks: they lie before `start` in the same output. */
function decodeBlock(block: Buffer, output: Buffer, start: number): number {
  let from = 0;
  let to = start;
  const readLength = (first: number): number => {
    let length = first;
    if (first !== 15) return length;
    for (;;) {
      const more = block.readUInt8(from);
      from += 1;
      length += more;
      if (more !== 255) return length;
    }
  };
  while (from < block.length) {
    const token = block[from] as number;
    from += 1;
    const literals = readLength(token >> 4);
    if (from + literals > block.length || to + literals > output.length)
      throw new RangeError('literals overrun');
    block.copy(output, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from >= block.length) break;
    const offset = block.readUInt16LE(from);
    from += 2;
    const length = readLength(token & 15) + 4;
    if (offset === 0 || offset > to || to + length > output.length) throw new RangeError('a match overruns');
    to = copyMatch(output, to, offset, length);
  }
  return to;
}

/** A match may overlap what it produces: then it repeats the last `offset` bytes. */
function copyMatch(output: Buffer, to: number, offset: number, length: number): number {
  const from = to - offset;
  if (offset >= length) output.copyWithin(to, from, from + length);
  else if (offset === 1) output.fill(output[from] as number, to, to + length);
  else for (let index = 0; index < length; index += 1) output[to + index] = output[from + index] as number;
  return to + length;
}
