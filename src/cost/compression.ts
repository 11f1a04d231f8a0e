import { Failure } from '../model/failure.ts';

/** How files are compressed: `compress-type` and `compress-level`. */
export interface Compression {
  readonly type: string;
  readonly level: number;
}

/** What the same data took with each compression. Bytes of a full backup, and of 100 WAL segments. */
interface Reference extends Compression {
  readonly backup: number;
  readonly wal: number;
}

/**
 * A shop's orders with their indexes, 2 GB, and the WAL that wrote them (docs/performance.md, pgBackRest 2.45, November
 * 2026). Other data compresses otherwise: only the relation of one to another is taken from here.
 */
const references: readonly Reference[] = [
  { type: 'gz', level: 6, backup: 720, wal: 621 },
  { type: 'zst', level: 1, backup: 713, wal: 606 },
  { type: 'zst', level: 3, backup: 693, wal: 579 },
  { type: 'lz4', level: 1, backup: 1093, wal: 920 },
];

/** Where the factors come from, for the reader. */
export const referenceSource = 'the benchmark of docs/performance.md, not this data';

/** What stored bytes are multiplied by when the compression changes. */
export interface CompressionFactor {
  readonly backup: number;
  readonly wal: number;
}

/** Reads `zst:3`. @throws Failure usage for one that was not measured */
export function parseCompression(text: string, option = '--what-if'): Compression {
  const found = references.find((one) => formatCompression(one) === text);
  if (found !== undefined) return { type: found.type, level: found.level };
  throw new Failure('usage', {
    operation: `read ${option}`,
    place: `compress=${text}`,
    problem: 'this compression was not measured',
    hint: `There are: ${references.map(formatCompression).join(', ')}.`,
  });
}

export function formatCompression({ type, level }: Compression): string {
  return `${type}:${level}`;
}

/** @returns undefined when one of both was not measured */
export function compressionFactor(from: Compression, to: Compression): CompressionFactor | undefined {
  const [before, after] = [from, to].map((one) =>
    references.find(({ type, level }) => type === one.type && level === one.level),
  );
  if (before === undefined || after === undefined) return undefined;
  return { backup: after.backup / before.backup, wal: after.wal / before.wal };
}
