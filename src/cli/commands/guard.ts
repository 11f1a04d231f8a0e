import type { Stanza } from '../../config/configuration.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import { Failure } from '../../model/failure.ts';
import { judgeGuard, type GuardJudgement } from '../../jobs/run/judge-guard.ts';
import { runsOn } from '../../model/schedule.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import type { CommandModule } from '../command-definition.ts';

/** `holdfast guard`. It takes no lock and opens no journal: it may be called at any time, by anything. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const on = runsOn.find((role) => role === input.value('on'));
  const line = findLine(input.value('line'), stanza, context.configFile());
  const judged = await judgeGuard(stanza, { on, line }, context.now(), {
    path: context.path,
    currentUid: context.uid,
    signal: context.signal,
  });
  return { data: toJson(stanza.name, judged), text: describe(judged), exitCode: judged.runs ? 0 : 1 };
};

/** @throws Failure nothing-found when the schedule has changed since somebody wrote the key down */
function findLine(key: string | undefined, stanza: Stanza, file: string): ScheduleLine | undefined {
  if (key === undefined) return undefined;
  const line = scheduleLines({ stanzas: [stanza] }).find((one) => one.key === key);
  if (line !== undefined) return line;
  throw new Failure('nothing-found', {
    operation: 'look for a line of the schedules',
    place: file,
    problem: `there is no line ${JSON.stringify(key)}`,
    hint: 'Render the timers or the crontab again: the schedule has changed. `holdfast schedule` shows its lines.',
  });
}

function describe({ runs, reason }: GuardJudgement): string {
  return runs ? `runs here: ${reason}\n` : `does not run here now: ${reason}\n`;
}

function toJson(stanza: string, judged: GuardJudgement): Record<string, unknown> {
  const { runs, reason, on, observed, blackoutUntil } = judged;
  return {
    stanza,
    on,
    runs,
    reason,
    ...(observed === undefined ? {} : { observed }),
    ...(blackoutUntil === undefined ? {} : { blackoutUntil: new Date(blackoutUntil).toISOString() }),
  };
}
