import type { BackupType } from '../model/backup-set.ts';
import { parseByteSize } from '../model/byte-size.ts';
import { Failure } from '../model/failure.ts';
import { splitPolicy, unknownKey } from '../retention/parse-policy.ts';
import { assumeObjects, type Measured, type StoreMeasures } from './measure-store.ts';

/** What `--assume` says. Bytes; WAL and growth for a day. */
export interface Assumptions {
  readonly full?: number | undefined;
  readonly diff?: number | undefined;
  readonly incr?: number | undefined;
  readonly wal?: number | undefined;
  readonly growth?: number | undefined;
}

const keys = ['full', 'diff', 'incr', 'wal', 'growth'] as const;

/**
 * Reads `full=100GiB,diff=5GiB,incr=1GiB,wal=20GiB,growth=200MiB`.
 *
 * @throws Failure usage for an unknown key or what is no size
 */
export function parseAssumptions(texts: readonly string[]): Assumptions {
  const result: Partial<Record<(typeof keys)[number], number>> = {};
  for (const { key, value } of texts.flatMap((text) => splitPolicy(text, '--assume'))) {
    const known = keys.find((one) => one === key);
    if (known === undefined) throw unknownKey(key, '--assume', keys);
    const bytes = parseByteSize(value);
    if (bytes === undefined)
      throw new Failure('usage', {
        operation: 'read --assume',
        place: `${key}=${value}`,
        problem: `${JSON.stringify(value)} is no size`,
        hint: 'Write it as full=100GiB; sizes are those in the repository, compressed. wal and growth are of a day.',
      });
    result[known] = bytes;
  }
  return result;
}

const said = (value: number): Measured => ({ value, from: 'assumed', how: '--assume' });

/** Measures with what was assumed in their place. */
export function applyAssumptions(
  measures: StoreMeasures,
  assumed: Assumptions,
  { bundle, segmentBytes }: { readonly bundle: boolean; readonly segmentBytes: number },
): StoreMeasures {
  const size = (type: BackupType): Measured | undefined => {
    const bytes = assumed[type];
    return bytes === undefined ? measures.sets[type] : said(bytes);
  };
  const objects = (type: BackupType): Measured | undefined => {
    const bytes = assumed[type];
    return bytes === undefined ? measures.objects[type] : assumeObjects(bytes, bundle);
  };
  const full = assumed.full;
  return {
    sets: { full: size('full'), diff: size('diff'), incr: size('incr') },
    objects: { full: objects('full'), diff: objects('diff'), incr: objects('incr') },
    walBytesPerDay: assumed.wal === undefined ? measures.walBytesPerDay : said(assumed.wal),
    // A segment that compresses to a half is usual; how many there are only matters for requests.
    walSegmentsPerDay:
      assumed.wal === undefined
        ? measures.walSegmentsPerDay
        : { value: assumed.wal / (segmentBytes / 2), from: 'assumed', how: 'segments compressed to a half' },
    growthPerDay: assumed.growth === undefined ? measures.growthPerDay : said(assumed.growth),
    restoreBytes:
      full === undefined ? measures.restoreBytes : full + (assumed.diff ?? 0) + (assumed.incr ?? 0),
  };
}

/**
 * What a forecast needs and nobody knows.
 *
 * @param types that are scheduled
 */
export function missingMeasures(measures: StoreMeasures, types: readonly BackupType[]): readonly string[] {
  return [
    ...types.filter((type) => measures.sets[type] === undefined),
    ...(measures.walBytesPerDay === undefined ? ['wal'] : []),
  ];
}
