import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInfoFile } from './info-file.ts';

/** As pgBackRest 2.60 wrote it. */
const written = `[backrest]
backrest-format=5
backrest-version="2.60.0"

[db]
db-id=1
db-system-id=7710535754505029763
db-version="15"

[db:history]
1={"db-id":7710535754505029763,"db-version":"15"}

[backrest]
backrest-checksum="63392e57ffe9774ef72e833940cd2506ade41781"
`;

const read = (text: string): ReturnType<typeof readInfoFile> => readInfoFile(Buffer.from(text));

describe('an info file of a repository', () => {
  it('is whole as the engine wrote it', () => {
    expect(read(written)).toMatchObject({ state: 'whole', databaseId: 1, sets: [] });
  });

  it('is damaged when it is empty, cut off, or has another checksum', () => {
    expect(read('')).toEqual({ state: 'damaged', problem: 'it is empty' });
    expect(read(written.slice(0, 150))).toMatchObject({ state: 'damaged' });
    expect(read(written.slice(0, written.indexOf('[db:history]')))).toEqual({
      state: 'damaged',
      problem: 'it has no checksum',
    });
    expect(read(written.replace('63392e', '63392f'))).toMatchObject({
      problem: expect.stringContaining('63392f'),
    });
  });

  it('is seen to be damaged whichever letter of it is another one', () => {
    const bytes = Buffer.from(written);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ change;
        const seen = readInfoFile(other);
        // Blank lines carry nothing, and what stands for one may be one or end a line.
        if (bytes[at] === 10 || other[at] === 10) return;
        expect(seen.state).toBe('damaged');
      }),
      { numRuns: 1000 },
    );
  });
});
