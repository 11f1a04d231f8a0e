/** A pgBackRest version as numbers: `2.54.1` → [2, 54, 1]; a development version counts as its release. */
export interface EngineVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Oldest and newest minor version of pgBackRest 2 that Holdfast is tested with. */
export const supportedEngineMinors = { oldest: 45, newest: 60 } as const;

/** Reads `2.45`, `2.55.1`, `2.60.0dev` or `pgBackRest 2.45`; undefined for anything else. */
export function parseEngineVersion(text: string): EngineVersion | undefined {
  const match = /^(?:pgBackRest\s+)?((\d+)\.(\d+)(?:\.(\d+))?(?:dev)?)\s*$/.exec(text.trim());
  if (!match) return undefined;
  return {
    text: match[1] as string,
    major: Number(match[2]),
    minor: Number(match[3]),
    patch: Number(match[4] ?? 0),
  };
}

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`. */
export function compareEngineVersions(left: EngineVersion, right: EngineVersion): number {
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch;
}

/** True when `version` is at least 2.`minor`.`patch`. */
export function isAtLeast(version: EngineVersion, minor: number, patch = 0): boolean {
  return compareEngineVersions(version, { text: '', major: 2, minor, patch }) >= 0;
}
