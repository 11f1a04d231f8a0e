import type { EngineArgument, EngineInvocation } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { argumentNamed, callsOf, hasOpenWords, knownValue } from './engine-calls.ts';

/** What automatic selection of a backup takes (pgBackRest src/command/restore/restore.c, timeUtc…): no blank before the zone. */
const engineTime = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?<zone>[+-]\d{2}(?::?\d{2})?)?$/;
/** `YYYY-MM-DD HH:MM:SS` stands for a time. */
const pattern = /[YMDHS]{2}|\byyyy\b/;

const labelPattern = /^\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?$/;

export const restoreTargetNotATime: LintRule = {
  name: 'restore-target-not-a-time',
  severity: 'critical',
  title: 'a restore target that is no time for the engine',
  consequence:
    'Without `--set` the engine looks for the last backup before the target, and reads only `YYYY-MM-DD HH:MM:SS`, with a ' +
    'numeric offset directly behind. Relative times, dates alone, `T`, `Z`, names of zones and a blank before the offset end in ' +
    '[029]: there is no restore.',
  correct:
    'pgbackrest --stanza=main --type=time --target="2026-11-21 14:30:00+00" --target-action=promote restore',
  reproduction: `pgBackRest 2.45 and 2.60; each of \`1 hour ago\`, \`now\`, \`2024-01-01\`, \`2024-01-01 10:00\`, \`2024-01-01T10:00:00+00\`,
\`2024-01-01 10:00:00Z\`, \`… UTC\`, \`… Europe/Berlin\`, \`… +01:00\` gives the same, \`2024-01-01 10:00:00+01\` does not:

\`\`\`
$ pgbackrest --stanza=main --type=time --target="1 hour ago" restore
ERROR: [029]: automatic backup set selection cannot be performed with provided time '1 hour ago'
       HINT: time format must be YYYY-MM-DD HH:MM:SS with optional msec and optional timezone (+/- HH or HHMM or HH:MM) - if timezone is omitted, local time is assumed (for UTC use +00)
\`\`\``,
  source: 'pgBackRest, src/command/restore/restore.c',
  *judge(project) {
    for (const { call, target, value } of timeTargets(project)) {
      if (engineTime.test(value) || knownSet(call)) continue;
      yield {
        place: target,
        problem: `the engine cannot choose a backup for the target ${value}`,
        remedy:
          'write the time as YYYY-MM-DD HH:MM:SS with the offset directly behind, as in 2026-11-21 14:30:00+00.',
        engineError: 29,
      };
    }
  },
};

export const restoreTargetWithoutZone: LintRule = {
  name: 'restore-target-without-zone',
  severity: 'warning',
  title: 'a restore target without a zone',
  consequence:
    'Two programs read it: pgBackRest chooses the backup by the zone of the shell that it runs in, PostgreSQL recovers to the ' +
    'time in the zone of the server’s `timezone`. Where the two differ, or where the one who writes the time is in a third zone, ' +
    'the cluster comes back hours away from the moment that was meant, and after a promotion there is no way on from there.',
  correct:
    'pgbackrest --stanza=main --type=time --target="2026-11-21 14:30:00+00" --target-action=promote restore',
  reproduction: `pgBackRest 2.60 says itself what it assumes:

\`\`\`
$ pgbackrest --stanza=main --type=time --target="now" restore
       HINT: … if timezone is omitted, local time is assumed (for UTC use +00)
\`\`\`

The target goes into postgresql.auto.conf as it is, and PostgreSQL reads it in its own zone.`,
  source:
    'pgBackRest user guide, "Point-in-Time Recovery"; pgbackrest/pgbackrest issue 2452; PostgreSQL 15, 20.5.6 recovery_target_time',
  *judge(project) {
    for (const { target, value } of timeTargets(project)) {
      const found = engineTime.exec(value);
      if (found === null || found.groups?.['zone'] !== undefined) continue;
      yield {
        place: target,
        problem: `the target ${value} has no zone`,
        remedy: 'add the offset, +00 for UTC, directly behind the seconds.',
      };
    }
  },
};

export const restoreTargetWithoutAction: LintRule = {
  name: 'restore-target-without-action',
  severity: 'warning',
  title: 'a restore to a target that only pauses there',
  consequence:
    'The default of `--target-action` is pause: the server reaches the target, answers questions, and refuses every write, for ' +
    'it is still in recovery. `SELECT version()` works; the application does not. It is easily taken for a finished restore.',
  correct:
    'pgbackrest --stanza=main --type=time --target="2026-11-21 14:30:00+00" --target-action=promote restore',
  reproduction: `pgBackRest 2.45, PostgreSQL 15:

\`\`\`
$ pgbackrest --stanza=main --type=time --target="2026-11-21 00:55:10.954335+00" restore
$ pg_ctl start
server started
$ psql -Atc "select pg_is_in_recovery(), pg_get_wal_replay_pause_state()"
t|paused
$ psql -c "create table y()"
ERROR:  cannot execute CREATE TABLE in a read-only transaction
\`\`\``,
  source:
    'pgBackRest command reference, restore, --target-action; PostgreSQL 15, 20.5.6 recovery_target_action',
  *judge(project) {
    for (const call of callsOf(project, 'restore')) {
      const type = knownValue(call, 'type');
      if (type === undefined || !['time', 'xid', 'lsn', 'name', 'immediate'].includes(type)) continue;
      if (argumentNamed(call, 'target-action') !== undefined || hasOpenWords(call)) continue;
      if (call.options.some(setsTargetAction)) continue;
      yield {
        place: argumentNamed(call, 'type')?.value ?? call.invocation.place,
        problem: `a restore of type ${type} without --target-action leaves the server paused and read-only`,
        remedy: 'add --target-action=promote, or promote with pg_promote() once the data is as it should be.',
      };
    }
  },
};

export const restoreTargetWithoutSet: LintRule = {
  name: 'restore-target-without-set',
  severity: 'critical',
  title: 'a restore to a transaction or a name without a backup set',
  consequence:
    'Only for a time and an LSN does the engine look for a backup that lies before the target. For a transaction or a named ' +
    'point it takes the latest backup. When that was made afterwards, the server replays everything, does not find the target, ' +
    'and refuses to start.',
  correct:
    'pgbackrest --stanza=main --set=20261121-005453F --type=xid --target=726 --target-action=promote restore',
  reproduction: `pgBackRest 2.45, PostgreSQL 15; a transaction (and likewise a restore point), then a full backup, then:

\`\`\`
$ pgbackrest --stanza=main --type=xid --target=726 --target-action=promote restore
INFO: repo1: restore backup set 20261121-005501F, recovery will start at 2026-11-21 00:55:01
$ pg_ctl start
FATAL:  recovery ended before configured recovery target was reached
\`\`\``,
  source: 'pgBackRest command reference, restore, --set',
  *judge(project) {
    for (const call of callsOf(project, 'restore')) {
      const type = knownValue(call, 'type');
      if (type !== 'xid' && type !== 'name') continue;
      if (argumentNamed(call, 'set') !== undefined || hasOpenWords(call)) continue;
      yield {
        place: argumentNamed(call, 'type')?.value ?? call.invocation.place,
        problem: `a restore of type ${type} without --set starts from the latest backup, which may be after the target`,
        remedy:
          'name the last backup that ended before the target with --set; `pgbackrest info` shows when each one ended.',
      };
    }
  },
};

export const backupSetNotALabel: LintRule = {
  name: 'backup-set-not-a-label',
  severity: 'warning',
  title: 'a backup set that no backup can have as its label',
  consequence:
    'Labels are `20261121-005453F`, with `_20261121-005516I` or `…D` behind it for backups that build on another. `info` says ' +
    '"requested backup not found" and exits with 0; `restore` ends with [075], `latest` included, and `expire` with [032].',
  correct: 'pgbackrest --stanza=main --set=20261121-005453F info',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main info --set=archive; echo exit $?
stanza: main
    status: error (requested backup not found)
exit 0
$ pgbackrest --stanza=main --set=latest restore
ERROR: [075]: backup set latest is not valid
\`\`\``,
  source: 'pgBackRest, src/info/infoBackup.c (backup labels)',
  *judge(project) {
    for (const call of callsOf(project, 'info', 'restore', 'verify', 'expire', 'annotate')) {
      const set = argumentNamed(call, 'set')?.value;
      const command = call.command?.value ?? '';
      if (set === undefined || set.unknown || set.value === '' || labelPattern.test(set.value)) continue;
      // A label that stands for one in a document, `20XXXXXX-XXXXXXF` or `LABEL`.
      if (/X{3}|\b(?:YYYY|LABEL|BACKUP)/.test(set.value)) continue;
      yield notALabel(call, set.value, command);
    }
  },
};

/** Given past the engine, to PostgreSQL itself. */
function setsTargetAction({ name, value }: EngineArgument): boolean {
  return name.value === 'recovery-option' && /recovery[-_]target[-_]action/.test(value?.value ?? '');
}

/** Elsewhere a label that does not exist ends with 0. */
const setErrors: Readonly<Record<string, number>> = { restore: 75, expire: 32 };

function notALabel(call: EngineInvocation, value: string, command: string): RuleFinding {
  return {
    place: argumentNamed(call, 'set')?.value ?? call.invocation.place,
    problem: `${value} is no label of a backup`,
    remedy:
      command === 'info' && value === 'archive'
        ? 'the range of archived WAL is part of `pgbackrest info` and of `info --output=json`.'
        : 'give a label as `pgbackrest info` shows it, such as 20261121-005453F.',
    engineError: setErrors[command],
    severity: command === 'restore' ? 'critical' : undefined,
  };
}

function* timeTargets(project: LintProject) {
  for (const call of callsOf(project, 'restore')) {
    const target = argumentNamed(call, 'target')?.value;
    if (target === undefined || target.unknown || knownValue(call, 'type') !== 'time') continue;
    // Between quotes of a text that a shell fills in, `su -c "… '$T'"`, the word itself says nothing.
    if (pattern.test(target.value) || holdsPlaceholder(target.value)) continue;
    yield { call, target, value: target.value };
  }
}

/** With a set named, PostgreSQL alone reads the target, and it takes more forms. */
function knownSet(call: EngineInvocation): boolean {
  return argumentNamed(call, 'set') !== undefined;
}
