import type { LineMemory, ScheduleDecision } from '../../store/schedule-memory.ts';
import { graceMs } from './pending-times.ts';
import { greaterLines, runsAtSameTime } from './replacing-lines.ts';
import type { DueRun, ScheduleLine } from './schedule-line.ts';
import { takeTurn, type ScheduleHost } from './take-turn.ts';

/** What is to be done at one moment. */
export interface ScheduleVerdict {
  /** To be begun now, highest priority first. */
  readonly due: readonly DueRun[];
  /** What was decided, the runs of `due` too. On disk before anything is begun, no time is ever decided twice. */
  readonly decisions: readonly ScheduleDecision[];
  /** When there is something to decide again, epoch milliseconds; undefined: never. */
  readonly nextWakeAt: number | undefined;
  /** Keys of lines whose memory is of a wrong clock, more than a day ahead: it is to be set back to now before. */
  readonly rewound: readonly string[];
}

/**
 * Decides every time of every line that has come and was not decided before. Pure. Whether this host is the member that
 * a run belongs to, and whether the repository needs it, is judged when it begins.
 *
 * After a downtime, a jump of the clock or a blackout one run makes up for all times of a line that passed. A clock that
 * goes back changes nothing: what was decided stays so, unless that is more than a day ahead.
 *
 * @param lines in the order of the file
 * @param memory of the lines; a line without is new now
 * @param now epoch milliseconds
 */
export function decideSchedule(
  lines: readonly ScheduleLine[],
  memory: ReadonlyMap<string, LineMemory>,
  now: number,
  host: ScheduleHost,
): ScheduleVerdict {
  const turns = lines.map((line) => takeTurn(line, memory.get(line.key), now, host));
  const ready = new Map(turns.flatMap(({ line, run }) => (run === undefined ? [] : [[line.key, run]])));
  const due: DueRun[] = [];
  const decisions: ScheduleDecision[] = [];
  for (const { line, run, skips } of turns) {
    decisions.push(...skips);
    if (run === undefined) continue;
    const left = withoutReplaced(
      run,
      (other) => replaces(other, run, ready, memory.get(other.key), now, host),
      lines,
    );
    decisions.push(decisionOf(line, run, left.replacedBy, left.due === undefined, now));
    if (left.due !== undefined) due.push(left.due);
  }
  const wakes = turns.flatMap(({ wakeAt }) => wakeAt ?? []);
  return {
    due: due.toSorted((one, other) => other.line.priority - one.line.priority || one.startAt - other.startAt),
    decisions,
    nextWakeAt: wakes.length === 0 ? undefined : Math.min(...wakes),
    rewound: turns.flatMap(({ line, rewound }) => (rewound ? [line.key] : [])),
  };
}

/** True when the greater line runs now too, or its own run for the same time was or will be. */
function replaces(
  other: ScheduleLine,
  run: DueRun,
  ready: ReadonlyMap<string, DueRun>,
  memory: LineMemory | undefined,
  now: number,
  { running, seed }: ScheduleHost,
): boolean {
  if (ready.has(other.key)) return true;
  // Nothing ran then, and it does not make up for it.
  if (!other.catchUp && now - run.startAt > graceMs) return false;
  if (other.job === 'drill' || other.job === 'copy') return false;
  return runsAtSameTime(other, run.occurrence, { memory, now, seed, running: running.has(other.key) });
}

/** Leaves the repositories out in which a greater line does the work. */
function withoutReplaced(
  run: DueRun,
  isReplacing: (other: ScheduleLine) => boolean,
  lines: readonly ScheduleLine[],
): { readonly due: DueRun | undefined; readonly replacedBy: ReadonlyMap<string, ScheduleLine> } {
  const replacedBy = new Map<string, ScheduleLine>();
  for (const other of greaterLines(lines, run.line)) {
    if (!isReplacing(other)) continue;
    if (run.line.repositories.length === 0) return { due: undefined, replacedBy: new Map([['', other]]) };
    for (const name of run.line.repositories) {
      if (other.repositories.includes(name) && !replacedBy.has(name)) replacedBy.set(name, other);
    }
  }
  const repositories = run.line.repositories.filter((name) => !replacedBy.has(name));
  if (repositories.length === 0 && replacedBy.size > 0) return { due: undefined, replacedBy };
  const line = replacedBy.size === 0 ? run.line : { ...run.line, repositories };
  return { due: { ...run, line }, replacedBy };
}

/** A run has no detail yet: that it is open is how a daemon that starts again finds what was not brought to an end. */
function decisionOf(
  line: ScheduleLine,
  run: DueRun,
  replacedBy: ReadonlyMap<string, ScheduleLine>,
  wholly: boolean,
  now: number,
): ScheduleDecision {
  return {
    line: line.key,
    stanza: line.stanza,
    occurrence: run.occurrence,
    decidedAt: now,
    decision: wholly ? 'skip' : 'run',
    reason: wholly ? 'replaced' : undefined,
    detail: wholly ? describeReplacement(replacedBy) : undefined,
    runId: undefined,
  };
}

/** `the full at the same time does it in local, the diff in offsite`. */
export function describeReplacement(replacedBy: ReadonlyMap<string, ScheduleLine>): string {
  const places = new Map<string, string[]>();
  for (const [name, { job }] of replacedBy) places.set(job, [...(places.get(job) ?? []), name]);
  return [...places]
    .map(([job, names]) => {
      const where = names.filter((name) => name !== '');
      return `the ${job} at the same time does it${where.length === 0 ? '' : ` in ${where.join(' and ')}`}`;
    })
    .join(', ');
}
