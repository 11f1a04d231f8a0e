import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListReader, type RepositoryEntry } from './list-reader.ts';

/** As pgBackRest prints it: its JSON escapes what must be, and nothing else. */
function render(entries: readonly RepositoryEntry[]): string {
  const parts = entries.map(({ name, type, size, time }) => {
    const rest =
      type === 'file' ? `,"size":${size},"time":${time}` : type === 'link' ? ',"destination":"/x}"' : '';
    return `${JSON.stringify(name)}:{"type":"${type}"${rest}}`;
  });
  return `{${parts.join(',')}}\n`;
}

function read(chunks: readonly Buffer[]): RepositoryEntry[] {
  const entries: RepositoryEntry[] = [];
  const reader = new ListReader((entry) => entries.push(entry));
  for (const chunk of chunks) reader.take(chunk);
  reader.end();
  return entries;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
}

const entryOf = fc.oneof(
  fc.record({
    name: fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('.', 'a}b', 'q"}', 'ü/ä', '\\"}{')),
    type: fc.constant('file' as const),
    size: fc.nat(),
    time: fc.nat(),
  }),
  fc.record({
    name: fc.string({ minLength: 1, unit: 'grapheme' }),
    type: fc.constantFrom('path' as const, 'link' as const, 'special' as const),
    size: fc.constant(undefined),
    time: fc.constant(undefined),
  }),
);
const listings = fc.uniqueArray(entryOf, { selector: ({ name }) => name, maxLength: 20 });

describe('ListReader', () => {
  it('gives every entry, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(listings, fc.array(fc.integer({ min: 1, max: 60 })), (entries, sizes) => {
        expect(read(cut(Buffer.from(render(entries)), sizes))).toEqual(entries);
      }),
    );
  });

  it('refuses a listing that is cut off anywhere', () => {
    fc.assert(
      fc.property(listings, fc.double({ min: 0, max: 1, noNaN: true }), (entries, part) => {
        const whole = Buffer.from(render(entries).trimEnd());
        const shorter = whole.subarray(0, Math.floor(part * whole.length));
        if (shorter.length === whole.length) return;
        expect(() => read([shorter])).toThrow('cut off');
      }),
    );
  });

  it.each(['[]', 'ERROR: [055]: no', '{"a":{"type":"path"}}{}', '{"a":1}', `{"a":${'x'.repeat(100_000)}`])(
    'refuses %.30s',
    (text) => {
      expect(() => read([Buffer.from(text)])).toThrow('not a listing');
    },
  );

  it('never fails in another way, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('', '{', '{"a":{"type":"path"},'), (noise, start) => {
        try {
          read([Buffer.from(start), Buffer.from(noise)]);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'engine-failed' });
        }
      }),
    );
  });
});
