import type { LintRule } from '../../lint-rule.ts';
import { callsOf, isServerCommand } from './engine-calls.ts';

export const archivePushStatusFiles: LintRule = {
  name: 'archive-push-status-files',
  severity: 'critical',
  title: 'archive-push of .ready files',
  consequence:
    '`.ready` files lie in pg_wal/archive_status, are empty, and only mark segments that wait. The engine ends with [055] for ' +
    'one that is not there (the shell leaves `*.ready` as it is where nothing matches) and with [043] for several. Nothing is ' +
    'archived. PostgreSQL itself tries again and again, so that the cause has to be removed, and no file pushed by hand.',
  correct:
    '# the reason stands in the log of the server and in:\npsql -c "SELECT * FROM pg_stat_archiver"\npgbackrest --stanza=main check',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main archive-push /var/lib/postgresql/15/main/pg_wal/*.ready
ERROR: [055]: unable to open missing file '/var/lib/postgresql/15/main/pg_wal/*.ready' for read
$ pgbackrest --stanza=main archive-push a.ready b.ready
ERROR: [043]: WAL segment to push required
\`\`\``,
  source: 'pgBackRest, src/command/archive/push/push.c; PostgreSQL 15, 26.3 Continuous Archiving',
  *judge(project) {
    for (const call of callsOf(project, 'archive-push')) {
      const word = call.parameters.find((parameter) => /\.ready\b|archive_status\//.test(parameter.value));
      if (word === undefined) continue;
      yield {
        place: word,
        problem: '.ready files are empty marks, no WAL',
        remedy:
          'find why archiving fails (pg_stat_archiver, the log of the server, `pgbackrest check`) and let PostgreSQL try again.',
        engineError: 43,
      };
    }
  },
};

export const archivePushByHand: LintRule = {
  name: 'archive-push-by-hand',
  severity: 'advice',
  title: 'archive-push that is not in archive_command',
  consequence:
    'archive-push is for the server to call, with the path of a finished segment in pg_wal. By hand it tests nothing that ' +
    '`check` does not: it ends with [055] for a path that does not exist, and a segment that it does push the server pushes once ' +
    'more.',
  correct: 'pgbackrest --stanza=main check',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main archive-push /path/to/wal/file
ERROR: [055]: unable to open missing file '/path/to/wal/file' for read
\`\`\``,
  source: 'pgBackRest command reference, archive-push',
  *judge(project) {
    for (const call of callsOf(project, 'archive-push')) {
      const { invocation } = call;
      if (isServerCommand(invocation.script) || !['shell', 'schedule'].includes(invocation.use)) continue;
      const [word] = call.parameters;
      // With `%p` or a variable it is a wrapper that the server calls.
      if (word === undefined || word.unknown || /%p|\.ready\b|archive_status\//.test(word.value)) continue;
      yield {
        place: invocation.place,
        problem: 'archive-push is called by hand',
        remedy: 'test archiving with `pgbackrest check`.',
        engineError: 55,
      };
    }
  },
};
