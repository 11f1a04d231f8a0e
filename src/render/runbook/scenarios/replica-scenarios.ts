import { quoteForShell } from '../../../model/quote-for-shell.ts';
import { describeTimes } from '../describe-times.ts';
import {
  asidePath,
  blank,
  engine,
  makeDirectory,
  move,
  sql,
  startServer,
  step,
  stopServer,
} from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { Placeholder, RunbookScenario } from '../runbook.ts';

const primary: Placeholder = {
  name: 'PRIMARY',
  meaning: 'host and port of the primary as libpq takes them: host=db1 port=5432',
};
const replicator: Placeholder = { name: 'REPLICATOR', meaning: 'the role that replicas connect as' };

/** A new replica, where there are several nodes and no Patroni. */
export function replicaScenarios(site: RunbookSite): readonly RunbookScenario[] {
  if (site.stanza.patroni !== undefined || site.stanza.nodes.length < 2) return [];
  const repository = site.stanza.repositories[0];
  if (repository === undefined) return [];
  const { path } = site.node;
  const connect = `primary_conninfo=${blank(primary)} user=${blank(replicator)}`;
  const words = ['restore', '--type=standby', `--recovery-option=${connect}`];
  const steps = [
    step('On the host of the replica: stop what is there, and keep it', [
      stopServer(site),
      `if [ -e ${quoteForShell(path)} ]; then ${move(path, asidePath(site))}; fi`,
      makeDirectory(site, path),
    ]),
    step(`Restore from ${repository.name}, so that the primary is not read`, [
      engine(site, words, { repositoryKey: repository.key }),
    ]),
    step('Start it; it follows the archive, and then the primary', [startServer(site)]),
  ];
  const column = {
    steps,
    proof: [
      step('It is a standby (t), and receives WAL from the primary (streaming)', [
        sql(site, 'SELECT pg_is_in_recovery()'),
        sql(site, 'SELECT status FROM pg_stat_wal_receiver'),
      ]),
    ],
    back: [step('Stop it; nobody depends on it yet', [stopServer(site)])],
  };
  return [
    {
      id: 'new-replica',
      title: 'Make a replica',
      when: 'A replica is lost, or another one is wanted.',
      lost: 'Nothing.',
      takes: describeTimes(site),
      cautions: [
        'Holdfast has no command of its own for this: both columns are the same.',
        'The paths are those of the node for which this runbook was made (--host makes it for another one). The password of the role comes from .pgpass of the owner of the server.',
      ],
      placeholders: [primary, replicator],
      holdfast: column,
      plain: column,
    },
  ];
}
