import type { Invocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { readEngineInvocation } from '../../readers/shell/read-engine-invocation.ts';
import { isDrill, isPointInTime, restoreSteps, startsServer, stopsServer } from './procedure-steps.ts';

export const restoreProvedByVersion: LintRule = {
  name: 'restore-proved-by-version',
  severity: 'warning',
  title: 'a restore that is proved by a question every server answers',
  consequence:
    '`SELECT version()` and `SELECT 1` work on an empty cluster, on the wrong one, and on a server that waits in ' +
    'recovery and refuses every write.',
  correct:
    'psql -Atc "SELECT pg_is_in_recovery()"   # f\npsql -Atc "SELECT max(created_at) FROM orders"\npsql -c "CREATE TABLE restore_proof (); DROP TABLE restore_proof"',
  reproduction: `pgBackRest 2.45, PostgreSQL 15, after a restore to a time without --target-action:

\`\`\`
$ psql -Atc "select version()"
PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu …
$ psql -Atc "select pg_is_in_recovery()"
t
$ psql -c "create table y()"
ERROR:  cannot execute CREATE TABLE in a read-only transaction
\`\`\``,
  source: 'PostgreSQL 15, 20.5.6 recovery_target_action; 26.5 Hot Standby',
  *judge(project) {
    for (const { after, later } of restoreSteps(project)) {
      const asked = [...after, ...later].filter((command) => command.program === 'psql');
      const [first] = asked;
      if (first === undefined || !asked.every(provesNothing)) continue;
      yield {
        place: first.place,
        problem: 'this works on any server, also on one that is still in recovery',
        remedy: 'ask for pg_is_in_recovery(), for data that must be there, and make a write.',
      };
    }
  },
};

export const backupAfterPointInTime: LintRule = {
  name: 'backup-after-point-in-time',
  severity: 'advice',
  title: 'a restore to a moment, and no backup after it',
  consequence:
    'After the promotion the cluster is on a new timeline. Until a backup is made on it, each further restore starts from a ' +
    'backup of the old timeline and depends on every segment since, across the switch, and on the right --target-timeline.',
  correct: 'pgbackrest --stanza=main --type=full backup',
  reproduction: `pgBackRest 2.45, PostgreSQL 15, after a restore with --target-action=promote and a switch of WAL:

\`\`\`
$ ls repo/archive/main/15-1
0000000100000000  0000000200000000  00000002.history
$ pgbackrest --stanza=main info
        full backup: 20261121-011321F
            wal start/stop: 000000010000000000000002 / 000000010000000000000002
\`\`\``,
  source: 'PostgreSQL 15, 26.3.5 Timelines',
  *judge(project) {
    for (const { call, after, later } of restoreSteps(project)) {
      if (!isPointInTime(call) || isDrill(call) || !after.some(startsServer)) continue;
      if ([...after, ...later].some(isBackup)) continue;
      yield {
        place: call.invocation.place,
        problem: 'no backup is made on the new timeline',
        remedy: 'make a full backup as soon as the restored cluster is accepted.',
      };
    }
  },
};

export const restoreWithoutStop: LintRule = {
  name: 'restore-without-stop',
  severity: 'warning',
  title: 'a restore that is followed by a start, but has no stop before it',
  consequence:
    'While the server runs, the restore ends with [038]. The engine goes by postmaster.pid alone: where it does not see that ' +
    'file, as after a crash or through another mount, it replaces files under a running server. Under Patroni a stopped server is ' +
    'started again unless Patroni itself is stopped.',
  correct:
    'systemctl stop postgresql@15-main\npgbackrest --stanza=main --delta restore\nsystemctl start postgresql@15-main',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main --delta restore
ERROR: [038]: unable to restore while PostgreSQL is running
       HINT: presence of 'postmaster.pid' in '/var/lib/postgresql/15/main' indicates PostgreSQL is running.
\`\`\``,
  source: 'pgBackRest, src/command/restore/restore.c (restorePathValidate)',
  *judge(project) {
    for (const { call, before, after, earlier } of restoreSteps(project)) {
      if (isDrill(call) || [...earlier, ...before].some(stopsServer) || !after.some(startsServer)) continue;
      if (call.invocation.wrappers.some((wrapper) => /\b(?:exec|run)\b/.test(wrapper))) continue;
      yield {
        place: call.invocation.place,
        problem: 'the server is started after this restore, but not stopped before it',
        remedy: 'stop it first, and see that nothing starts it again.',
        engineError: 38,
      };
    }
  },
};

function isBackup(command: Invocation): boolean {
  return readEngineInvocation(command)?.command?.value === 'backup' || /backup/i.test(command.program);
}

/** A question about the server, not about data or recovery. */
function provesNothing({ words }: Invocation): boolean {
  const at = words.findIndex(
    (word) => ['-c', '--command'].includes(word.value) || /^-\w*c$/.test(word.value),
  );
  const statement = words[at + 1]?.value.trim().replace(/;$/, '') ?? '';
  return (
    at >= 0 && /^select\s+(?:version\(\)|1|now\(\)|current_(?:timestamp|date|database\(\)))$/i.test(statement)
  );
}
