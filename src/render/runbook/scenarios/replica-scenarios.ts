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
import { inPlace } from './restore-scenarios.ts';

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
  const [repository] = site.stanza.repositories;
  if (site.stanza.patroni === undefined || repository === undefined) return [];
  const outside = outsidePatroni(site);
  const keep = step('Keep the old data directory: nothing is deleted', [
    move(site.node.path, asidePath(site)),
    makeDirectory(site, site.node.path),
  ]);
  const shared = {
    takes: `${describeTimes(site)} A full backup and the replicas come after that.`,
    cautions: [
      'With Holdfast: on the host of the leader. It pauses Patroni, restores, takes a full backup, has the replicas made anew and ends the pause (docs/patroni.md). Never stop Patroni for it.',
      'By hand: never only stop Patroni, restore and start it again: it starts the server as a replica of what the DCS remembers, and the target is forgotten.',
      'By hand: tablespaces and links inside the data directory are not moved aside here.',
    ],
  };
  return [
    {
      id: 'cluster-latest',
      title: 'Bring the whole cluster back',
      when: 'No member can be started any more, or all have the damage.',
      lost: describeLoss(site),
      ...shared,
      placeholders: [scope, timeline],
      holdfast: withHoldfast(site, '--to latest'),
      plain: wholeCluster(site, [
        timelineStep(site),
        keep,
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'standby', repositoryKey: repository.key }),
        ]),
        salvageStep(site),
        ...followWalSteps(outside),
      ]),
    },
    {
      id: 'cluster-moment',
      title: 'Bring the whole cluster back to a moment',
      when: 'Something was deleted or changed that must not have been, and the whole cluster is to be as it was before.',
      lost: 'Everything that was committed after the moment. It stays in the old directory.',
      ...shared,
      placeholders: [scope, moment, timeline],
      holdfast: withHoldfast(site, `--to '${blank(moment)}'`),
      plain: wholeCluster(site, [
        timelineStep(site),
        keep,
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'time', target: blank(moment), repositoryKey: repository.key }),
        ]),
        ...followTargetSteps(outside),
      ]),
    },
    patroniReplica(site),
  ];
}

/** `holdfast restore`, which knows the order of it. */
function withHoldfast(site: RunbookSite, words: string): RunbookScenario['holdfast'] {
  const { proof, ...column } = inPlace(site, words);
  const list = step('All members are there, on one timeline', [`patronictl -c ${patroniFile(site)} list`]);
  return { ...column, proof: [list, ...proof] };
}

/** The same server started by pg_ctl, while Patroni is down. */
function outsidePatroni(site: RunbookSite): RunbookSite {
  return { ...site, server: { ...site.server, control: { kind: 'pg_ctl' } } };
}

/** Quoted. */
function patroniFile({ stanza }: RunbookSite): string {
  return quoteForShell(stanza.patroni?.configFile ?? '/etc/patroni/patroni.yml');
}

/** The order of it: members down, DCS cleared, one member restored and opened, Patroni on it, then the others. */
function wholeCluster(site: RunbookSite, restore: readonly RunbookStep[]): RunbookScenario['plain'] {
  const unit = quoteForShell(site.configuration.deploy.ansible.patroni.service);
  const file = patroniFile(site);
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
      step(
        'Take a full backup before any replica is made: one that is made of a set from after the target can never follow',
        site.stanza.repositories.map(({ key }) =>
          engine(site, ['backup', '--type=full'], { repositoryKey: key }),
        ),
      ),
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
  const file = patroniFile(site);
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
