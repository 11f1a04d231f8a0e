import type { LineMemory, ScheduleDecision } from '../../store/schedule-memory.ts';
import { companionsOf } from './jitter.ts';
import { describeReplacement, replacedRepositories } from './replaced-repositories.ts';
import type { DueRun, ScheduleLine } from '../../model/schedule-line.ts';
import { takeTurn } from './take-turn.ts';

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

/** What is known of this host. */
export interface ScheduleHost {
  /** Keys of lines whose last run waits or goes on. */
  readonly running: ReadonlySet<string>;
  /** What tells it from other hosts: they begin at other times within the jitter. */
  readonly seed: string;
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
  { running, seed }: ScheduleHost,
): ScheduleVerdict {
  const turns = lines.map((line) =>
    takeTurn(line, memory.get(line.key), now, {
      companions: companionsOf(lines, line),
      seed,
      isRunning: running.has(line.key),
    }),
  );
  const ready = turns.flatMap(({ run }) => run ?? []);
  const due: DueRun[] = [];
  const decisions: ScheduleDecision[] = [];
  for (const { run, skips } of turns) {
    decisions.push(...skips);
    if (run === undefined) continue;
    const replaced = replacedRepositories(run, ready);
    const left = run.line.repositories.filter((name) => !replaced.has(name));
    const wholly = replaced.size > 0 && left.length === 0;
    decisions.push(decisionOf(run, now, wholly ? describeReplacement(replaced) : undefined));
    if (!wholly) due.push({ ...run, line: { ...run.line, repositories: left } });
  }
  const wakes = turns.flatMap(({ wakeAt }) => wakeAt ?? []);
  return {
    due: due.toSorted((one, other) => other.line.priority - one.line.priority || one.startAt - other.startAt),
    decisions,
    nextWakeAt: wakes.length === 0 ? undefined : Math.min(...wakes),
    rewound: turns.flatMap(({ line, rewound }) => (rewound ? [line.key] : [])),
  };
}

/** A run has no detail yet: that it is open is how a daemon that starts again finds what was not brought to an end. */
function decisionOf(
  { line, occurrence }: DueRun,
  now: number,
  replacement: string | undefined,
): ScheduleDecision {
  const isRun = replacement === undefined;
  return {
    line: line.key,
    stanza: line.stanza,
    occurrence,
    decidedAt: now,
    decision: isRun ? 'run' : 'skip',
    reason: isRun ? undefined : 'replaced',
    detail: replacement,
    runId: undefined,
  };
}
