import { quoteForShell } from '../../../model/quote-for-shell.ts';
import { describeLoss, describeTimes } from '../describe-times.ts';
import {
  followTargetSteps,
  followWalSteps,
  openProof,
  restoreCommand,
  salvageStep,
  timelineStep,
} from '../plain-restore.ts';
import {
  asidePath,
  blank,
  engine,
  holdfast,
  makeDirectory,
  moment,
  move,
  sql,
  startServer,
  step,
  stopServer,
  timeline,
} from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { Placeholder, RunbookScenario, RunbookStep } from '../runbook.ts';

const primary: Placeholder = {
  name: 'PRIMARY',
  meaning: 'host and port of the primary as libpq takes them: host=db1 port=5432',
};
const replicator: Placeholder = { name: 'REPLICATOR', meaning: 'the role that replicas connect as' };
const scope: Placeholder = {
  name: 'SCOPE',
  meaning: 'the name of the cluster: `patronictl list` shows it above its table',
};
const member: Placeholder = {
  name: 'MEMBER',
  meaning: 'the name of the member, as `patronictl list` shows it',
};

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

/** What is done with a whole cluster that Patroni manages. */
export function clusterScenarios(site: RunbookSite): readonly RunbookScenario[] {
  const { patroni, repositories } = site.stanza;
  const [repository] = repositories;
  if (patroni === undefined || repository === undefined) return [];
  const cautions = [
    'Holdfast never restores under a running Patroni: it refuses, and says so. Stop Patroni on every member first, as written here.',
    'By hand: tablespaces and links inside the data directory are not moved aside here.',
  ];
  return [
    {
      id: 'cluster-latest',
      title: 'Bring the whole cluster back',
      when: 'No member can be started any more, or all have the damage.',
      lost: describeLoss(site),
      takes: `${describeTimes(site)} The replicas are made anew after that, and take as long each.`,
      cautions,
      placeholders: [scope, timeline],
      holdfast: wholeCluster(site, [restoreStep(site, '--to latest')]),
      plain: wholeCluster(site, [
        timelineStep(site),
        step('Keep the old data directory: nothing is deleted', [
          move(site.node.path, asidePath(site)),
          makeDirectory(site, site.node.path),
        ]),
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'standby', repositoryKey: repository.key }),
        ]),
        salvageStep(site),
        ...followWalSteps(outsidePatroni(site)),
      ]),
    },
    {
      id: 'cluster-moment',
      title: 'Bring the whole cluster back to a moment',
      when: 'Something was deleted or changed that must not have been, and the whole cluster is to be as it was before.',
      lost: 'Everything that was committed after the moment. It stays in the old directories.',
      takes: `${describeTimes(site)} The replicas are made anew after that, and take as long each.`,
      cautions,
      placeholders: [scope, moment, timeline],
      holdfast: wholeCluster(site, [restoreStep(site, `--to '${blank(moment)}'`)]),
      plain: wholeCluster(site, [
        timelineStep(site),
        step('Keep the old data directory: nothing is deleted', [
          move(site.node.path, asidePath(site)),
          makeDirectory(site, site.node.path),
        ]),
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'time', target: blank(moment), repositoryKey: repository.key }),
        ]),
        ...followTargetSteps(outsidePatroni(site)),
      ]),
    },
    patroniReplica(site),
  ];
}

function restoreStep(site: RunbookSite, words: string): RunbookStep {
  return step('Restore on this member, after a question', [holdfast(site, `restore ${words}`)], {
    asks: true,
  });
}

/** The same server started by pg_ctl, while Patroni is down. */
function outsidePatroni(site: RunbookSite): RunbookSite {
  return { ...site, server: { ...site.server, control: { kind: 'pg_ctl' } } };
}

/** The order of it: members down, DCS cleared, one member restored and opened, Patroni on it, then the others. */
function wholeCluster(site: RunbookSite, restore: readonly RunbookStep[]): RunbookScenario['holdfast'] {
  const { patroniFile, patroniUnit } = site.configuration.deploy.runbook;
  const [file, unit] = [quoteForShell(patroniFile), quoteForShell(patroniUnit)];
  const url = quoteForShell(`${site.stanza.patroni?.url ?? ''}/primary`);
  const data = site.node.path;
  return {
    steps: [
      step('On every replica, and after them on the leader: stop Patroni, and with it PostgreSQL', [
        `systemctl stop ${unit}`,
      ]),
      step('On every other member: keep its data directory; it gets a new one at the end', [
        move(data, asidePath(site)),
      ]),
      step(
        'On the member that is to be the leader: remove what the DCS knows of the old cluster. It asks for the name, for a sentence and for the leader',
        [`patronictl -c ${file} remove '${blank(scope)}'`],
      ),
      ...restore,
      step('Let Patroni have it: without its old settings, and with PostgreSQL stopped', [
        `rm -f ${quoteForShell(`${data}/patroni.dynamic.json`)}`,
        stopServer(outsidePatroni(site)),
        `systemctl start ${unit}`,
        `until curl -fsS -o /dev/null ${url}; do sleep 2; done`,
      ]),
      step('On every other member: start Patroni; it makes the replica', [`systemctl start ${unit}`]),
    ],
    proof: [step('All members are there, on one timeline', [`patronictl -c ${file} list`]), openProof(site)],
    back: [
      step('On the member that was the leader: put its old directory back', [
        `systemctl stop ${unit}`,
        move(data, `${data}.restored`),
        move(asidePath(site), data),
        `patronictl -c ${file} remove '${blank(scope)}'`,
        `systemctl start ${unit}`,
      ]),
    ],
  };
}

function patroniReplica(site: RunbookSite): RunbookScenario {
  const file = quoteForShell(site.configuration.deploy.runbook.patroniFile);
  const again = `patronictl -c ${file} reinit --wait '${blank(scope)}' '${blank(member)}'`;
  const column = {
    steps: [
      step('See which members there are', [`patronictl -c ${file} list`]),
      step('Have Patroni make it anew, by pgBackRest where create_replica_methods says so', [again]),
      step(
        `A new host: install and configure it as the others, leave ${site.node.path} empty, and start Patroni there`,
        [],
      ),
    ],
    proof: [step('It is there, running or streaming, without lag', [`patronictl -c ${file} list`])],
    back: [],
  };
  return {
    id: 'new-replica',
    title: 'Make a replica',
    when: 'A member is lost or damaged, or another one is wanted.',
    lost: 'Nothing.',
    takes: describeTimes(site),
    cautions: ['Patroni does it; both columns are the same.'],
    placeholders: [scope, member],
    holdfast: column,
    plain: column,
  };
}
