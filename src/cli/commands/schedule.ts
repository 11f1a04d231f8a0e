import { Failure } from '../../model/failure.ts';
import { previewSchedule } from '../../jobs/schedule/preview-schedule.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import type { Journal } from '../../store/journal.ts';
import type { ScheduleDecision } from '../../store/schedule-memory.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { findDaemon } from '../find-daemon.ts';
import {
  describeSchedule,
  scheduleData,
  type LastRun,
  type ScheduleView,
} from '../output/schedule-report.ts';

/** How many skips are shown, and with --skipped. */
const [fewSkips, manySkips] = [5, 100];
/** Among so many decisions of a line its last run is looked for. */
const lookedAt = 50;

/** `holdfast schedule`. */
export const run: CommandModule['run'] = async (input, context) => {
  const count = readCount(input.value('count'));
  const all = scheduleLines(await context.configuration());
  const shown = await chooseLines(all, input, context);
  const journal = await context.journal();
  const keys = new Set(shown.map(({ key }) => key));
  const now = context.now();
  const memory = journal.schedule.recall(all.map(({ key }) => key));
  const { host } = await context.actor();
  const view: ScheduleView = {
    now,
    daemon: (await findDaemon(context)) !== undefined,
    lines: shown.map((line) => ({ line, last: lastRunOf(line, journal) })),
    // What replaces what is seen only with all lines.
    next: previewSchedule(all, memory, now, { count, seed: host }).filter(({ line }) => keys.has(line.key)),
    skipped: skipsOf(shown, journal, input.flag('skipped') ? manySkips : fewSkips),
  };
  return { data: scheduleData(view), text: describeSchedule(view) };
};

function readCount(text: string | undefined): number {
  if (text === undefined) return 2;
  const count = Number(text);
  if (/^\d{1,3}$/.test(text) && count > 0) return count;
  throw new Failure('usage', {
    operation: 'read --count',
    problem: `${JSON.stringify(text)} is not a number from 1 to 999`,
    hint: 'Write it as --count 5.',
  });
}

async function chooseLines(
  all: readonly ScheduleLine[],
  input: CommandInput,
  context: CommandContext,
): Promise<readonly ScheduleLine[]> {
  const stanza = context.globals.stanza === undefined ? undefined : (await context.stanza()).name;
  const wanted = input.values('line');
  for (const name of wanted) {
    if (all.some(({ job, key }) => job === name || key === name)) continue;
    throw new Failure('nothing-found', {
      operation: 'look for a line of the schedules',
      place: context.configFile(),
      problem: `there is no line ${JSON.stringify(name)}`,
      hint: 'Name a job that is scheduled, such as full, or a line as `holdfast schedule` writes it.',
    });
  }
  return all.filter(
    ({ stanza: of, job, key }) =>
      (stanza === undefined || of === stanza) &&
      (wanted.length === 0 || wanted.includes(job) || wanted.includes(key)),
  );
}

function lastRunOf({ key }: ScheduleLine, journal: Journal): LastRun | undefined {
  const made = journal.schedule
    .decisions({ line: key, limit: lookedAt })
    .find(({ decision }) => decision === 'run');
  if (made === undefined) return undefined;
  const record = made.runId === undefined ? undefined : journal.findRun(made.runId);
  return { decision: made, result: record?.result };
}

function skipsOf(
  lines: readonly ScheduleLine[],
  journal: Journal,
  most: number,
): readonly ScheduleDecision[] {
  return lines
    .flatMap(({ key }) => journal.schedule.decisions({ line: key, limit: most * 2 }))
    .filter(({ decision }) => decision === 'skip')
    .toSorted((one, other) => other.decidedAt - one.decidedAt || other.occurrence - one.occurrence)
    .slice(0, most);
}
