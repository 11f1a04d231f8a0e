import type { ServerSetting } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { restoreCommands, settingsNamed } from './archive-commands.ts';
import { lacksStanza, otherStanza } from './stanza-of-command.ts';

export const restoreCommandIncomplete: LintRule = {
  name: 'restore-command-incomplete',
  severity: 'critical',
  title: 'restore_command lacks %f or %p',
  consequence:
    'archive-get needs the name of the segment (%f) and where to put it (%p); without both it ends with [043]. The server ' +
    'takes that for "no more WAL": recovery stops with FATAL, or a standby never catches up.',
  correct: `restore_command = 'pgbackrest --stanza=main archive-get %f "%p"'`,
  reproduction: `PostgreSQL 15, pgBackRest 2.45, a restored backup with \`restore_command = 'pgbackrest --stanza=main archive-get %f'\`:

\`\`\`
$ pgbackrest --stanza=main archive-get 000000010000000000000001
ERROR: [043]: path to copy WAL segment required
server log: FATAL:  could not locate required checkpoint record
\`\`\``,
  source: 'PostgreSQL 15, 20.5.5 restore_command; pgBackRest, src/command/archive/get/get.c',
  *judge(project) {
    for (const { setting, engineInvocations } of restoreCommands(project)) {
      for (const call of engineInvocations) {
        if (call.command?.value !== 'archive-get') continue;
        const text = setting.value.value;
        const missing = ['%f', '%p'].filter((part) => !text.includes(part));
        if (missing.length === 0 || call.parameters.some((word) => /[$`{]/.test(word.value))) continue;
        yield {
          place: call.invocation.place,
          problem: `restore_command does not pass ${missing.join(' and ')}`,
          remedy: 'end it with `archive-get %f "%p"`.',
          engineError: 43,
        };
      }
    }
  },
};

export const restoreCommandStanza: LintRule = {
  name: 'restore-command-stanza',
  severity: 'critical',
  title: 'restore_command names no stanza, or one that the configuration does not have',
  consequence:
    'archive-get ends with [037] for every segment. The server takes that for the end of the WAL: recovery stops with FATAL, and ' +
    'a standby does not catch up once the primary has removed what it needs.',
  correct: `restore_command = 'pgbackrest --stanza=main archive-get %f "%p"'`,
  reproduction: `pgBackRest 2.45, \`[main]\` in pgbackrest.conf:

\`\`\`
$ pgbackrest archive-get 000000010000000000000001 pg_wal/RECOVERYXLOG
ERROR: [037]: archive-get command requires option: stanza
$ pgbackrest --stanza=other archive-get 000000010000000000000001 pg_wal/RECOVERYXLOG
ERROR: [037]: archive-get command requires option: pg1-path
       HINT: does this stanza exist?
\`\`\``,
  source: 'pgBackRest, Command Reference, archive-get',
  *judge(project) {
    for (const { engineInvocations } of restoreCommands(project)) {
      for (const call of engineInvocations) {
        if (call.command?.value !== 'archive-get') continue;
        const other = otherStanza(project, call);
        if (other === undefined && !lacksStanza(project, call)) continue;
        yield {
          place: other?.given ?? call.invocation.place,
          problem:
            other === undefined
              ? 'restore_command calls archive-get without --stanza'
              : `restore_command names the stanza ${other.given.value}, the configuration has ${other.configured.join(', ')}`,
          remedy: 'name the stanza of pgbackrest.conf.',
          engineError: 37,
        };
      }
    }
  },
};

export const recoveryTargetWithoutZone: LintRule = {
  name: 'recovery-target-without-zone',
  severity: 'warning',
  title: 'recovery_target_time has no time zone',
  consequence:
    'The server reads it in its own TimeZone, people and pgbackrest in theirs. Hours too early loses data that could have ' +
    'been kept; hours too late ends with FATAL, or brings back the mistake that was to be undone.',
  correct: "recovery_target_time = '2026-11-20 10:30:00+00'",
  reproduction: `PostgreSQL 15 with timezone = 'America/New_York' and \`recovery_target_time = '2026-11-21 00:46:15.808807'\`, which was
meant as UTC:

\`\`\`
LOG:  starting point-in-time recovery to 2026-11-21 00:46:15.808807-05
FATAL:  recovery ended before configured recovery target was reached
\`\`\``,
  source: 'PostgreSQL 15, 20.5.6 recovery_target_time',
  *judge(project) {
    for (const { value } of settingsNamed(project, 'recovery_target_time')) {
      if (value.unknown || !/^\d{4}-\d{2}-\d{2}([ T]\d{2}(:\d{2}){0,2}(\.\d+)?)?$/.test(value.value.trim()))
        continue;
      yield {
        place: value,
        problem: `recovery_target_time ${value.value} has no time zone`,
        remedy: 'add the offset: `+00` for UTC.',
      };
    }
  },
};

export const recoveryTargetWithoutAction: LintRule = {
  name: 'recovery-target-without-action',
  severity: 'advice',
  title: 'a recovery target is set, recovery_target_action is not',
  consequence:
    'The default is pause: the server answers queries, so that it looks recovered, but it is in recovery and refuses every ' +
    'write until somebody calls pg_wal_replay_resume().',
  correct: "recovery_target_time = '2026-11-20 10:30:00+00'\nrecovery_target_action = 'promote'",
  reproduction: `PostgreSQL 15, a restored backup with recovery_target_time and no action:

\`\`\`
LOG:  pausing at the end of recovery
select pg_is_in_recovery();   -- t
insert into m default values; -- ERROR:  cannot execute INSERT in a read-only transaction
\`\`\``,
  source: 'PostgreSQL 15, 20.5.6 recovery_target_action',
  *judge(project) {
    const actions = settingsNamed(project, 'recovery_target_action');
    const targets = settingsNamed(
      project,
      'recovery_target',
      'recovery_target_time',
      'recovery_target_xid',
      'recovery_target_name',
      'recovery_target_lsn',
    );
    for (const target of targets) {
      if (target.value.value.trim() === '' || actions.some((action) => isSameDocument(action, target)))
        continue;
      yield {
        place: target.name,
        problem: `${target.name.value} is set without recovery_target_action: the server will pause, read-only`,
        remedy: "add recovery_target_action = 'promote', or 'pause' when you mean to look first.",
      };
    }
  },
};

const removed: ReadonlyMap<string, string> = new Map([
  ['standby_mode', 'create the empty file standby.signal'],
  ['trigger_file', 'use pg_ctl promote or pg_promote()'],
]);

export const recoverySettingRemoved: LintRule = {
  name: 'recovery-setting-removed',
  severity: 'critical',
  title: 'a setting of recovery.conf that PostgreSQL 12 removed',
  consequence:
    'Up to PostgreSQL 11 it stood in recovery.conf. From 12 on the server does not start when that file is there, nor when the ' +
    'setting is in another file: in the middle of a recovery.',
  correct:
    'touch "$PGDATA/recovery.signal"   # or standby.signal; the other settings go into postgresql.conf',
  reproduction: `PostgreSQL 15:

\`\`\`
$ pg_ctl -o "-c standby_mode=on" start
FATAL:  unrecognized configuration parameter "standby_mode"
$ echo "standby_mode=on" > $PGDATA/recovery.conf; pg_ctl start
FATAL:  using recovery command file "recovery.conf" is not supported
\`\`\``,
  source: 'PostgreSQL 12, Release Notes, E.23.2 "Migration to Version 12"; PostgreSQL 15, Appendix O.1',
  *judge(project) {
    const written = settingsNamed(project, 'standby_mode', 'trigger_file').map(({ name }) => name);
    for (const place of [...written, ...recoveryOptions(project)]) {
      const name = /^\w+/.exec(place.value)?.[0].toLowerCase() ?? '';
      const instead = removed.get(name);
      if (instead === undefined) continue;
      yield {
        place,
        problem: `${name} does not exist since PostgreSQL 12`,
        remedy: `remove it; ${instead}.`,
      };
    }
  },
};

/** What pgbackrest is to write into the recovery settings: `recovery-option=standby_mode=on`. */
function recoveryOptions(project: LintProject): readonly PlacedText[] {
  const inFiles = project.engineFiles.flatMap(({ settings }) =>
    settings.filter(({ name }) => name.value === 'recovery-option').map(({ value }) => value),
  );
  const inCommands = project.engineInvocations.flatMap(({ options }) =>
    options.filter(({ name }) => name.value === 'recovery-option').flatMap(({ value }) => value ?? []),
  );
  return [...inFiles, ...inCommands].map((text) => ({ ...text, value: text.value.replaceAll('-', '_') }));
}

function isSameDocument(left: ServerSetting, right: ServerSetting): boolean {
  return left.value.document === right.value.document;
}
