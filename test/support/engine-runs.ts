import { readFileSync } from 'node:fs';

/** One run of pgBackRest, from its own log. Times are epoch milliseconds. */
export interface EngineRun {
  /** Which host's log it was in. */
  readonly host: string;
  readonly begin: number;
  /** Undefined: the log ends before it did. */
  readonly end: number | undefined;
  /** All that it said. */
  readonly lines: readonly string[];
}

/** Reads the runs of `backup` out of a log of pgBackRest (log-timestamp on, log level info). */
export function readEngineRuns(host: string, logFile: string): readonly EngineRun[] {
  const runs: { host: string; begin: number; end: number | undefined; lines: string[] }[] = [];
  for (const line of readFileSync(logFile, 'utf8').split('\n')) {
    const at = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) P00 /.exec(line);
    const time = at === null ? undefined : Date.parse(`${at[1]}T${at[2]}Z`);
    if (time !== undefined && line.includes(' backup command begin ')) {
      runs.push({ host, begin: time, end: undefined, lines: [] });
    }
    runs.at(-1)?.lines.push(line);
    const last = runs.at(-1);
    if (time !== undefined && last !== undefined && line.includes(' backup command end: ')) last.end = time;
  }
  return runs;
}

/** Pairs of runs of which one had begun before the other ended. A run without end overlaps all later ones. */
export function overlappingRuns(runs: readonly EngineRun[]): readonly (readonly [EngineRun, EngineRun])[] {
  const sorted = runs.toSorted((left, right) => left.begin - right.begin);
  return sorted.flatMap((run, index) =>
    sorted
      .slice(index + 1)
      .filter((later) => later.begin < (run.end ?? Number.POSITIVE_INFINITY))
      .map((later) => [run, later] as const),
  );
}
