import type { PlannedRun } from '../../jobs/schedule/preview-schedule.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { RunResult } from '../../store/journal.ts';
import type { ScheduleDecision } from '../../store/schedule-memory.ts';
import { formatTable } from './format-table.ts';
import { formatLocal, formatUtc } from './format-time.ts';

/** The last time that a line was handed to the queue. */
export interface LastRun {
  readonly decision: ScheduleDecision;
  /** Of the journal's run; undefined where there is none (yet). */
  readonly result: RunResult | undefined;
}

/** What `holdfast schedule` shows. */
export interface ScheduleView {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly daemon: boolean;
  readonly lines: readonly { readonly line: ScheduleLine; readonly last: LastRun | undefined }[];
  readonly next: readonly PlannedRun[];
  readonly skipped: readonly ScheduleDecision[];
}

/** For people. */
export function describeSchedule(view: ScheduleView): string {
  if (view.lines.length === 0) return 'nothing is scheduled\n';
  const parts = [nextTable(view), lineTable(view), skipTable(view)].filter((part) => part !== '');
  const warning =
    'no daemon runs with this configuration: nothing of this will run until `holdfast serve` does\n';
  return (view.daemon ? parts : [warning, ...parts]).join('\n');
}

function nextTable({ next, now, daemon }: ScheduleView): string {
  return formatTable(
    [{ title: 'begins' }, { title: 'in UTC' }, { title: 'in' }, { title: 'line' }, { title: 'note' }],
    next.map((run) => [
      formatLocal(run.startAt, run.line.timezone),
      formatUtc(run.startAt).slice(0, 19),
      run.startAt > now ? formatWait(run.startAt - now) : daemon ? 'now' : 'when a daemon runs',
      run.line.key,
      noteOf(run),
    ]),
  );
}

function formatWait(milliseconds: number): string {
  const days = milliseconds / 86_400_000;
  return days < 2 ? formatElapsed(milliseconds) : `${Math.floor(days)} days`;
}

function noteOf(run: PlannedRun): string {
  const { line, skip, delayedUntil, occurrence, startAt, replacedBy, repositories } = run;
  const until = (at: number | undefined): string =>
    at === undefined ? '' : ` until ${formatLocal(at, line.timezone)}`;
  switch (skip?.reason) {
    case undefined:
      break;
    case 'blackout':
      return `left out: blackout${until(skip?.until)}`;
    case 'replaced':
      return `left out: ${replacedBy}`;
    default:
      return `left out: this Holdfast cannot do a ${line.job} yet`;
  }
  return [
    `on ${line.on}`,
    repositories.length === 0 ? [] : repositories.join(', '),
    delayedUntil === undefined ? [] : `put off from ${formatLocal(occurrence, line.timezone)}: blackout`,
    delayedUntil === undefined && startAt > occurrence ? `jitter ${formatElapsed(startAt - occurrence)}` : [],
    replacedBy ?? [],
  ]
    .flat()
    .join('; ');
}

function lineTable({ lines }: ScheduleView): string {
  return formatTable(
    [
      { title: 'line' },
      { title: 'on' },
      { title: 'priority', align: 'right' },
      { title: 'last time' },
      { title: 'how it ended' },
    ],
    lines.map(({ line, last }) => [
      line.key,
      line.on,
      String(line.priority),
      last === undefined ? 'never' : formatLocal(last.decision.occurrence, line.timezone),
      last === undefined ? '-' : endOf(last),
    ]),
  );
}

function endOf({ decision, result }: LastRun): string {
  if (decision.detail !== undefined) return decision.detail;
  return result ?? 'it waits or goes on';
}

function skipTable({ skipped, lines }: ScheduleView): string {
  const zones = new Map(lines.map(({ line }) => [line.key, line.timezone]));
  return formatTable(
    [{ title: 'left out' }, { title: 'line' }, { title: 'reason' }, { title: 'why' }],
    skipped.map(({ line, occurrence, reason, detail }) => [
      formatLocal(occurrence, zones.get(line)),
      line,
      reason ?? '-',
      detail ?? '-',
    ]),
  );
}

/** For machines; docs/json.md. */
export function scheduleData(view: ScheduleView): Readonly<Record<string, unknown>> {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    daemon: view.daemon,
    lines: view.lines.map(({ line, last }) => {
      const { key, stanza, job, cron, timezone, on, repositories, priority, catchUp, jitterMs, timeoutMs } =
        line;
      return {
        line: key,
        stanza,
        job,
        cron,
        timezone,
        on,
        repositories,
        priority,
        catchUp,
        jitterSeconds: jitterMs / 1000,
        timeoutSeconds: timeoutMs === undefined ? undefined : timeoutMs / 1000,
        last: last && {
          occurrence: iso(last.decision.occurrence),
          decidedAt: iso(last.decision.decidedAt),
          run: last.decision.runId,
          result: last.result,
          detail: last.decision.detail,
        },
      };
    }),
    next: view.next.map(({ line, occurrence, startAt, delayedUntil, skip, repositories, replacedBy }) => ({
      line: line.key,
      stanza: line.stanza,
      job: line.job,
      on: line.on,
      occurrence: iso(occurrence),
      startAt: iso(startAt),
      local: formatLocal(startAt, line.timezone),
      repositories,
      delayedUntil: delayedUntil === undefined ? undefined : iso(delayedUntil),
      skip: skip?.reason,
      replacedBy,
    })),
    skipped: view.skipped.map(({ line, stanza, occurrence, decidedAt, reason, detail }) => ({
      line,
      stanza,
      occurrence: iso(occurrence),
      decidedAt: iso(decidedAt),
      reason,
      detail,
    })),
  };
}
