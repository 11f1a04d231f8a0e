import type { Invocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { argumentNamed, hasOpenWords } from '../commands/engine-calls.ts';
import { isDrill, restoreSteps, startsServer } from './procedure-steps.ts';

export const drillCanArchive: LintRule = {
  name: 'drill-can-archive',
  severity: 'critical',
  title: 'a drill that can write into the archive of production',
  consequence:
    'The restored copy has archive_mode and archive_command of production. Once it is promoted it archives a new timeline into ' +
    'production’s repository, where pg1-path of the configuration is its data directory, as on a copied host. check, info and ' +
    'verify stay green. The next restore of production follows the timeline of the drill: rows of production are gone, and those ' +
    'of the drill are there.',
  correct:
    'pgbackrest --stanza=main --type=time --target="2026-11-21 14:30:00+00" --target-action=promote --archive-mode=off restore',
  reproduction: `pgBackRest 2.45, PostgreSQL 15. On a copy of the host, from a backup before the rows 1 and 2 of production:

\`\`\`
$ pgbackrest --stanza=main --type=immediate --target-action=promote restore
$ pg_ctl start; psql -c "create table t as select 777 a; select pg_switch_wal()"
$ ls repo/archive/main/15-1
0000000100000000  00000002.history  0000000200000000
\`\`\`

On production, which goes on in timeline 1, \`check\`, \`verify\` and \`info\` say ok. Later:

\`\`\`
$ pgbackrest --stanza=main restore
$ psql -Atc "select a from t"
777
\`\`\``,
  source: 'pgBackRest command reference, restore, --archive-mode; pgbackrest/pgbackrest issues 1161 and 2480',
  *judge(project) {
    for (const { call, after } of restoreSteps(project)) {
      if (!isDrill(call) || argumentNamed(call, 'archive-mode') !== undefined || hasOpenWords(call)) continue;
      // A recovery that never ends, or that nobody starts here, archives nothing.
      if (argumentNamed(call, 'type')?.value?.value === 'standby' || !after.some(startsCopy)) continue;
      const path = argumentNamed(call, 'pg1-path') ?? argumentNamed(call, 'pg-path');
      yield {
        place: call.invocation.place,
        problem: 'the restored copy can archive into the repository of production',
        remedy: 'add --archive-mode=off, which the engine writes into the configuration of the copy.',
        // With another directory than pg1-path archive-push refuses, as long as nobody changes the file for it.
        severity: path === undefined ? undefined : 'warning',
      };
    }
  },
};

function startsCopy(command: Invocation): boolean {
  return (
    startsServer(command) || ['postgres', 'postmaster', 'pg_ctl', 'pg_ctlcluster'].includes(command.program)
  );
}
