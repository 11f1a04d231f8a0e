import type { Invocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { isPatroniService, isDrill, isPointInTime, restoreSteps } from './procedure-steps.ts';

export const patroniStateKept: LintRule = {
  name: 'patroni-state-kept',
  severity: 'critical',
  title: 'a restore under Patroni that leaves its cluster state as it was',
  consequence:
    'Patroni knows the cluster from its store (DCS). When it starts on a restored data directory it first brings the server up by ' +
    'itself, without the target of the restore, and replays all WAL that there is: what the restore was to undo is there again, ' +
    'and nothing says so. Other nodes keep the old leader and timeline, and their data directories do not fit the restored one.',
  correct:
    'patronictl pause, then systemctl stop patroni on all nodes\npatronictl remove SCOPE\npgbackrest --stanza=main --delta --type=time --target="…+00" --target-action=promote --archive-mode=off restore\npg_ctl start, wait until pg_is_in_recovery() is false, look at the data, pg_ctl stop\nsystemctl start patroni on this node, wait for GET /primary = 200\npgbackrest --stanza=main --type=full backup, before any replica is made: they are made from the newest set\nsystemctl start patroni on the others; patronictl reinit SCOPE for each',
  reproduction: `Patroni 3.0.2 with etcd, PostgreSQL 15, pgBackRest 2.45; one row is wanted, the second is the mistake that was made after the target:

\`\`\`
$ systemctl stop patroni
$ pgbackrest --stanza=main --type=time --target="2026-11-21 01:14:33.418734+00" --target-action=promote restore
$ systemctl start patroni
$ psql -Atc "select a from t"
wanted
mistake
$ psql -Atc "select timeline_id from pg_control_checkpoint()"
1
\`\`\``,
  source: 'Patroni documentation, "Existing data" and patronictl remove; patroni issues 1309 and 3147',
  *judge(project) {
    for (const { call, before, after, earlier, later } of restoreSteps(project)) {
      const starts = after.find((command) => isPatroniService(command) && startsPatroni(command));
      if (starts === undefined || isDrill(call)) continue;
      const others = [...earlier, ...before, ...after, ...later];
      if (others.some(removesState) || (!isPointInTime(call) && others.some(copiesAgain))) continue;
      yield {
        place: call.invocation.place,
        problem: isPointInTime(call)
          ? 'Patroni starts the restored node with the state of the old cluster, and the target is not kept'
          : 'Patroni starts the restored node with the state of the old cluster',
        remedy:
          'stop Patroni on all nodes, remove the cluster from the DCS (`patronictl remove SCOPE`), restore on one node, let it ' +
          'recover and promote by itself, and only then start Patroni there and reinitialize the others.',
        // To the end of the WAL is where Patroni brings it anyway.
        severity: isPointInTime(call) ? undefined : 'warning',
      };
    }
  },
};

function startsPatroni(command: Invocation): boolean {
  return command.words.some((word) => /\b(?:re)?start(?:ed)?\b/.test(word.value));
}

/** `patronictl remove`, `patronictl pause`, or the keys taken out of the store directly. */
function removesState(command: Invocation): boolean {
  const words = command.words.map((word) => word.value);
  if (command.program === 'patronictl') return words.some((word) => ['remove', 'pause'].includes(word));
  if (command.program === 'etcdctl') return words.some((word) => ['del', 'rm'].includes(word));
  return command.program === 'consul' && words.includes('delete');
}

/** The other nodes are made anew from the restored one. */
function copiesAgain({ program, words }: Invocation): boolean {
  return program === 'patronictl' && words.some((word) => word.value === 'reinit');
}
