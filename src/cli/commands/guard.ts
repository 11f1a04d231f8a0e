import { judgeGuard, type GuardJudgement } from '../../jobs/run/judge-guard.ts';
import { runsOn } from '../../model/schedule.ts';
import type { CommandModule } from '../command-definition.ts';
import { findScheduleLine } from '../find-schedule-line.ts';

/** `holdfast guard`. It takes no lock and opens no journal: it may be called at any time, by anything. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const on = runsOn.find((role) => role === input.value('on'));
  const line = findScheduleLine(input.value('line'), stanza, context.configFile());
  const judged = await judgeGuard(stanza, { on, line }, context.now(), {
    path: context.path,
    currentUid: context.uid,
    signal: context.signal,
  });
  return { data: toJson(stanza.name, judged), text: describe(judged), exitCode: judged.runs ? 0 : 1 };
};

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
