import type { ServerSetting } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { archiveCommands, settingsNamed } from './archive-commands.ts';

/** Integration 3: RPO below one minute with archive_timeout = 60. */
export const archiveTimeoutAgainstObjective: LintRule = {
  name: 'archive-timeout-against-rpo',
  severity: 'warning',
  title: 'archive_timeout cannot keep the recovery point objective that is promised',
  consequence:
    'A segment is archived when it is full or when archive_timeout has passed, and then it still has to be compressed and ' +
    'uploaded. What was committed since the last archived segment is lost with the machine: with archive_timeout = 60 up ' +
    'to a minute and the time of the upload. With 0, the default, a quiet database may not archive for days.',
  correct: 'archive_timeout = 30   # for an objective of one minute',
  reproduction: `PostgreSQL 15 with archive_timeout = 0: one row was inserted, and 60 s later

\`\`\`
select archived_count from pg_stat_archiver   -- unchanged
\`\`\`

With archive_timeout = 5 the segment was archived 5 s after the row.`,
  source: 'PostgreSQL 15, 20.5.3 archive_timeout',
  *judge(project) {
    const objective = strictestObjective(project);
    if (objective === undefined) return;
    for (const timeout of settingsNamed(project, 'archive_timeout')) {
      const seconds = secondsOf(timeout);
      if (seconds === undefined || (seconds > 0 && seconds < objective)) continue;
      yield {
        place: timeout.value,
        problem:
          seconds === 0
            ? `archive_timeout = 0 never archives a segment that is not full, the document promises an RPO of ${objective} s`
            : `archive_timeout = ${seconds} s plus the upload is longer than the RPO of ${objective} s that the document promises`,
        remedy: `set it well below the objective, such as ${Math.max(1, Math.floor(objective / 2))}, or promise less.`,
      };
    }
    yield* judgeMissing(project, objective);
  },
};

function* judgeMissing(project: LintProject, objective: number) {
  if (settingsNamed(project, 'archive_timeout').length > 0) return;
  const [command] = archiveCommands(project);
  if (command === undefined) return;
  yield {
    place: command.setting.name,
    problem: `archive_timeout is not set, the document promises an RPO of ${objective} s`,
    remedy: `add archive_timeout = ${Math.max(1, Math.floor(objective / 2))}.`,
  };
}

function strictestObjective(project: LintProject): number | undefined {
  const amounts = project.claims.filter((claim) => claim.kind === 'rpo').map((claim) => claim.amount);
  return amounts.length === 0 ? undefined : Math.min(...amounts);
}

const units: Readonly<Record<string, number>> = { '': 1, s: 1, ms: 0.001, min: 60, h: 3600, d: 86_400 };

/** PostgreSQL's own notation, 20.1.1; without a unit it is seconds. */
function secondsOf({ value }: ServerSetting): number | undefined {
  const match = /^(\d+)\s*(ms|s|min|h|d)?$/.exec(value.value.trim());
  if (value.unknown || match === null) return undefined;
  return Number(match[1]) * (units[match[2] ?? ''] ?? 1);
}
