import { restoreCommand as restoreCommandOf } from '../../../engine/conf/archive-command.ts';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import { quoteSetting } from '../../../model/quote-setting.ts';
import { describeLoss, describeTimes } from '../describe-times.ts';
import {
  followTargetSteps,
  followWalSteps,
  keepStep,
  openProof,
  promoteStep,
  restoreCommand,
  salvageStep,
  timelineStep,
} from '../plain-restore.ts';
import {
  asOwner,
  asidePath,
  blank,
  engine,
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

const scope: Placeholder = {
  name: 'SCOPE',
  meaning: 'the name of the cluster: `patronictl list` shows it above its table',
};
const member: Placeholder = {
  name: 'MEMBER',
  meaning: 'the name of the member, as `patronictl list` shows it',
};

/** What is done with a whole cluster that Patroni manages. */
export function clusterScenarios(site: RunbookSite): readonly RunbookScenario[] {
  const [repository] = site.stanza.repositories;
  if (site.stanza.patroni === undefined || repository === undefined) return [];
  const outside = outsidePatroni(site);
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
        keepStep(site),
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
        keepStep(site),
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
  const stop = step('On every replica, and after them on the leader: stop Patroni, and with it PostgreSQL', [
    `systemctl stop ${unit}`,
  ]);
  const remove = `patronictl -c ${file} remove '${blank(scope)}'`;
  const outside = outsidePatroni(site);
  const start = `systemctl start ${unit}`;
  const handOver = step('Let Patroni have it, with PostgreSQL stopped', [
    stopServer(outside),
    start,
    `until curl -fsS -o /dev/null ${url}; do sleep 2; done`,
  ]);
  const backup = step(
    'Take a full backup before any replica is made: one that is made of a set from another timeline can never follow',
    site.stanza.repositories.map(({ key }) =>
      engine(site, ['backup', '--type=full'], { repositoryKey: key }),
    ),
  );
  const others = step('On every other member: start Patroni; it makes the replica', [start]);
  return {
    steps: [
      stop,
      step('On every other member: keep its data directory; it gets a new one at the end', [
        move(data, asidePath(site)),
      ]),
      step(
        'On the member that is to be the leader: remove what the DCS knows of the old cluster. It asks for the name, for a sentence and for the leader',
        [remove],
      ),
      ...restore,
      step(
        'The settings that were in the DCS: what came back with the set is as old as that',
        [
          asOwner(
            site,
            `cp -p ${quoteForShell(`${asidePath(site)}/patroni.dynamic.json`)} ${quoteForShell(`${data}/`)}`,
          ),
        ],
        { mayFail: true },
      ),
      handOver,
      backup,
      others,
    ],
    proof: [step('All members are there, on one timeline', [`patronictl -c ${file} list`]), openProof(site)],
    back: [
      stop,
      step('On every other member: make room; it gets a new data directory at the end', [
        move(data, `${data}.restored`),
      ]),
      step('On the member that was the leader: put its old directory back', [
        move(data, `${data}.restored`),
        move(asidePath(site), data),
        remove,
      ]),
      ...newTimelineSteps(outside),
      handOver,
      backup,
      others,
    ],
  };
}

/**
 * Opens what was a primary on a timeline that nobody has. The one of the restore is in the archive: whoever looks for the
 * latest finds it, and refuses to start, because it is no child of where this one stands.
 */
function newTimelineSteps(site: RunbookSite): readonly RunbookStep[] {
  const { configuration, stanza, node } = site;
  const settings = {
    restore_command: restoreCommandOf(configuration.engine, stanza.name),
    recovery_target_timeline: 'current',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoteSetting(value)}`);
  const file = quoteForShell(`${node.path}/postgresql.auto.conf`);
  const append = `printf '%s\\n' ${lines.map(quoteForShell).join(' ')} >> ${file}`;
  return [
    step('Let it recover, where it stands', [
      asOwner(site, `touch ${quoteForShell(`${node.path}/standby.signal`)}`),
      asOwner(site, `sh -c ${quoteForShell(append)}`),
      startServer(site),
    ]),
    promoteStep(site),
    step(
      'Take these settings back',
      Object.keys(settings).map((name) => sql(site, `ALTER SYSTEM RESET ${name}`)),
    ),
  ];
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
