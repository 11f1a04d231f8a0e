import type { CommandList, Invocation, Schedule } from '../../facts.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { readEngineInvocation } from '../../readers/shell/read-engine-invocation.ts';
import { readUnitFiles } from '../../readers/shell/read-unit-file.ts';
import { unitSettingOf } from '../../readers/shell/read-systemd-unit.ts';
import { runTimesOf } from './run-times.ts';
import { commandsRunBy } from './scheduled-backups.ts';

/** Programs that answer a question, and so are guards. */
const asking = new Set([
  'patronictl',
  'jq',
  'curl',
  'wget',
  'psql',
  'pg_isready',
  'grep',
  'test',
  '[',
  '[[',
  'systemctl',
]);

/** What people call a script that asks whether this node is the one. */
const askingName = /leader|primary|master|standby|guard/i;

export const unitGuardNeverStops: LintRule = {
  name: 'unit-guard-never-stops',
  severity: 'warning',
  title: 'a condition in a unit that never stops anything',
  consequence:
    'ExecStartPre= stops a service only by failing. With `|| exit 0`, `|| true` or `-` in front it always succeeds, and the ' +
    'backup runs on every node at once, which the lock of the engine does not prevent, for it is local to a host.',
  correct:
    '[Service]\nExecCondition=/usr/bin/curl -fsS -o /dev/null http://127.0.0.1:8008/primary\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup',
  reproduction: `The exit status is what systemd goes by:

\`\`\`
$ /bin/bash -c 'echo [] | jq -e ".[] | .Role == \\"Leader\\"" || exit 0'; echo exit $?
exit 0
\`\`\``,
  source:
    'systemd.service(5), ExecStartPre= and ExecCondition= (exit status 1 to 254 skips the rest without a failure)',
  *judge(project) {
    for (const list of project.commandLists) {
      const setting = unitSettingOf(list);
      if (setting?.key !== 'ExecStartPre' && setting?.key !== 'ExecCondition') continue;
      if (
        !list.commands.some(({ program }) => asking.has(program) || askingName.test(program)) ||
        !runsEngine(list, project.commandLists)
      )
        continue;
      const giving = list.commands.find(alwaysSucceeds);
      if (giving === undefined && !setting.ignoresFailure) continue;
      yield {
        place: giving?.place ?? list.place,
        problem: `this ${setting.key} succeeds whatever it asks for, and the backup runs`,
        remedy: 'ask in ExecCondition= and let it fail: exit status 1 skips the run without a failure.',
      };
    }
  },
};

export const unitIgnoresFailure: LintRule = {
  name: 'unit-ignores-failure',
  severity: 'critical',
  title: 'a service that succeeds although its backup failed',
  consequence:
    'With `-` in front of the program systemd takes every exit status for success: no failed unit, no OnFailure=, nothing in ' +
    '`systemctl --failed`. Backups can be missing for weeks.',
  correct:
    '[Unit]\nOnFailure=alert@%n.service\n[Service]\nExecStart=/usr/bin/pgbackrest --stanza=main backup',
  reproduction:
    'Read, not run: systemd was not running where this was written. systemd.service(5), table "Special executable prefixes".',
  source: 'systemd.service(5), "Special executable prefixes"',
  *judge(project) {
    for (const list of project.commandLists) {
      const setting = unitSettingOf(list);
      if (setting?.key !== 'ExecStart' || !setting.ignoresFailure) continue;
      const call = list.commands.flatMap((command) => readEngineInvocation(command) ?? [])[0];
      if (call?.command?.value !== 'backup') continue;
      yield {
        place: list.place,
        problem: 'systemd ignores that this backup fails',
        remedy: 'take the dash in front of the program away, and set OnFailure= to something that alerts.',
      };
    }
    yield* successStatuses(project);
  },
};

/** `SuccessExitStatus=` with errors of the engine in it; 50 says that another backup runs. */
function* successStatuses(project: LintProject): Generator<RuleFinding> {
  for (const { document } of project.documents) {
    if (document.kind !== 'systemd-unit') continue;
    for (const { entries } of readUnitFiles(document)) {
      const isBackup = entries.some(
        ({ key, value }) => key.value === 'ExecStart' && /\bpgbackrest\b.*\bbackup\b/s.test(value.value),
      );
      const given = isBackup ? entries.find(({ key }) => key.value === 'SuccessExitStatus') : undefined;
      const errors = (given?.value.value.match(/\b\d+\b/g) ?? []).filter(
        (text) => !['0', '50'].includes(text),
      );
      if (given === undefined || errors.length === 0) continue;
      yield {
        place: given.value,
        problem: `systemd takes ${errors.map((text) => `[${text.padStart(3, '0')}]`).join(', ')} of this backup for success`,
        remedy: 'leave SuccessExitStatus= out, and set OnFailure= to something that alerts.',
      };
    }
  }
}

export const checkScheduled: LintRule = {
  name: 'check-scheduled',
  severity: 'advice',
  title: 'check on a schedule',
  consequence:
    'Each check switches to a new WAL segment and waits for it: every ten minutes that is 144 segments of 16 MiB a day on an idle ' +
    'server, in every repository. It fails on a standby whose primary is not configured, and says nothing about backups.',
  correct:
    'psql -Atc "SELECT now() - last_archived_time, last_failed_time > last_archived_time FROM pg_stat_archiver"',
  reproduction: `pgBackRest 2.45, PostgreSQL 15:

\`\`\`
$ psql -Atc "select pg_walfile_name(pg_current_wal_lsn())"
000000010000000000000003
$ pgbackrest --stanza=main check
$ psql -Atc "select pg_walfile_name(pg_current_wal_lsn())"
000000010000000000000004
\`\`\``,
  source: 'pgBackRest user guide, "Check the Configuration"; src/command/check/check.c',
  *judge(project) {
    const scheduled = project.schedules.filter(runsOften).flatMap((schedule) => schedule.commands ?? []);
    const seen = new Set<Invocation>();
    for (const list of scheduled)
      for (const command of commandsRunBy(project, list)) {
        if (seen.has(command) || readEngineInvocation(command)?.command?.value !== 'check') continue;
        seen.add(command);
        yield {
          place: command.place,
          problem: 'check runs on a schedule and switches WAL each time',
          remedy:
            'watch pg_stat_archiver and the archive of `info --output=json` instead; run check after changes.',
        };
      }
  },
};

/** More than four times on one day: a check after the nightly backup costs one segment. */
function runsOften({ expressions, syntax }: Schedule): boolean {
  const from = new Date(Date.UTC(2026, 0, 4));
  const days = expressions.map((expression) => {
    const runs = expression.unknown ? undefined : runTimesOf(expression.value, syntax)?.runs(from, 5);
    const [first, last] = [runs?.at(0), runs?.at(4)];
    // What cannot be read may be often.
    if (runs === undefined) return true;
    return first !== undefined && last !== undefined && last.getTime() - first.getTime() < 86_400_000;
  });
  return days.length === 0 || days.includes(true);
}

function alwaysSucceeds(command: Invocation): boolean {
  // Commands of `$(…)` that stand before it in the text are listed after it.
  const isLast = command.script.commands.every((other) => other.place.start <= command.place.start);
  const succeeds =
    ['true', ':'].includes(command.program) ||
    (command.program === 'exit' && command.words[1]?.value === '0');
  return succeeds && isLast && (command.after === '||' || command.after === ';');
}

/** The unit that the list is in also runs the engine, or a script that is about backups. */
function runsEngine(list: CommandList, lists: readonly CommandList[]): boolean {
  return lists
    .filter(
      (other) => other.place.document === list.place.document && unitSettingOf(other)?.key === 'ExecStart',
    )
    .some((other) => other.commands.some((command) => /pgbackrest|backup/i.test(command.program)));
}
