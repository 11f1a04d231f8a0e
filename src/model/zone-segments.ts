import { zoneOffset } from './zone-offset.ts';

/** A time in which a zone's clock stands still against UTC. Milliseconds; `end` is not part of it. */
export interface ZoneSegment {
  readonly start: number;
  readonly end: number;
  /** Local reading minus instant, both as milliseconds. */
  readonly offset: number;
}

/** No zone has ever been further than this from UTC, nor changed by more at once (Apia left out a day). */
export const widestShift = 26 * 3_600_000;

const day = 86_400_000;
/** Segments are looked for in stretches of so long, so a segment may end where nothing changes. */
const stretch = 366 * day;

const zones = new Map<string, (at: number) => ZoneSegment>();

/**
 * The segments of a zone, from the rules that Node's ICU has (`process.versions.tz`).
 *
 * Two changes within one day that cancel each other would not be seen; no zone has such.
 *
 * @param timezone IANA name; undefined: the zone of this host
 * @returns a function: the segment that holds an instant
 * @throws RangeError when there is no such zone
 */
export function segmentsOf(timezone: string | undefined): (at: number) => ZoneSegment {
  const name = timezone ?? hostZone();
  const known = zones.get(name);
  if (known !== undefined) return known;
  const offsetAt = (at: number): number => zoneOffset(name, at) * 1000;
  const stretches = new Map<number, readonly ZoneSegment[]>();
  const segmentAt = (at: number): ZoneSegment => {
    const index = Math.floor(at / stretch);
    let segments = stretches.get(index);
    if (segments === undefined) {
      segments = findSegments(offsetAt, index * stretch);
      stretches.set(index, segments);
    }
    for (const segment of segments) if (at < segment.end) return segment;
    throw new RangeError(`no segment of ${name} holds ${at}`);
  };
  zones.set(name, segmentAt);
  return segmentAt;
}

function findSegments(offsetAt: (at: number) => number, from: number): readonly ZoneSegment[] {
  const segments: ZoneSegment[] = [];
  let start = from;
  let offset = offsetAt(from);
  for (let at = from + day; at <= from + stretch; at += day) {
    const next = offsetAt(at);
    if (next === offset) continue;
    const change = findChange(offsetAt, at - day, at);
    segments.push({ start, end: change, offset });
    [start, offset] = [change, next];
  }
  if (start < from + stretch) segments.push({ start, end: from + stretch, offset });
  return segments;
}

/** The first second at which the offset is that of `after`. */
function findChange(offsetAt: (at: number) => number, before: number, after: number): number {
  const goal = offsetAt(after);
  let [low, high] = [before / 1000, after / 1000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1000) === goal) high = middle;
    else low = middle;
  }
  return high * 1000;
}

/** IANA name of the zone of this host. */
export function hostZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
