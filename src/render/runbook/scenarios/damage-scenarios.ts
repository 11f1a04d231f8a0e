import { join } from 'node:path';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import { describeLoss, describeTimes } from '../describe-times.ts';
import { flushStep, followWalSteps, plainBack, restoreCommand, timelineStep } from '../plain-restore.ts';
import {
  asidePath,
  asOwner,
  engine,
  holdfast,
  program,
  sql,
  startSteps,
  step,
  stopSteps,
  timeline,
} from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { Placeholder, RunbookScenario, RunbookStep } from '../runbook.ts';
import { inPlace } from './restore-scenarios.ts';

const room: Placeholder = {
  name: 'ROOM',
  meaning:
    'a directory with plenty of room on a local disk, that belongs to the owner of the server: /mnt/spare',
};

/** A page that cannot be read, and a pg_wal that fills its disk. */
export function damageScenarios(site: RunbookSite): readonly RunbookScenario[] {
  return [corruptPage(site), fullWalDisk(site)];
}

function corruptPage(site: RunbookSite): RunbookScenario {
  const key = site.stanza.repositories[0]?.key ?? 1;
  const { path } = site.node;
  const proof = readEverything(site);
  return {
    id: 'corrupt-page',
    title: 'A page is damaged',
    when: 'PostgreSQL says "invalid page" or "page verification failed", or a backup says that pages have wrong checksums.',
    lost: describeLoss(site),
    takes: `${describeTimes(site)} Files that are as in the backup are not fetched again.`,
    cautions: [
      'Look at the disk and the memory of the host first: what damaged one page damages more.',
      'Where the newest set has the damage too, restore an older one: add --set LABEL to the restore. The WAL brings everything up to now all the same.',
      'Never use zero_damaged_pages or pg_resetwal on the only copy.',
    ],
    placeholders: [timeline],
    holdfast: {
      steps: [
        step('See whether the newest sets are without damage', [holdfast(site, 'info')], { mayFail: true }),
        ...inPlace(site, '--to latest --delta').steps,
      ],
      proof: [proof],
      back: inPlace(site, '').back,
    },
    plain: {
      steps: [
        step('See whether the newest sets are without damage', [engine(site, ['info'])]),
        timelineStep(site),
        flushStep(site),
        ...stopSteps(site),
        step('Keep a copy of the damaged directory', [
          `[ ! -e ${quoteForShell(asidePath(site))} ]`,
          `cp -a --reflink=auto ${quoteForShell(path)} ${quoteForShell(asidePath(site))}`,
        ]),
        step('Restore over it: files with another checksum than in the backup are fetched', [
          restoreCommand(site, { type: 'standby', repositoryKey: key, delta: true }),
        ]),
        ...followWalSteps(site),
      ],
      proof: [proof],
      back: plainBack(site),
    },
  };
}

function readEverything(site: RunbookSite): RunbookStep {
  const { node, server } = site;
  const role = node.databaseUser === undefined ? '' : ` -U ${quoteForShell(node.databaseUser)}`;
  return step('Every table can be read to its end', [
    program(
      site,
      `pg_dumpall --no-sync -h ${quoteForShell(server.socketDirectory)} -p ${node.port}${role} -f /dev/null`,
    ),
  ]);
}

function fullWalDisk(site: RunbookSite): RunbookScenario {
  const wal = join(site.node.path, 'pg_wal');
  const look = lookAtWal(site, wal);
  const makeRoom = makeWalRoom(site, wal);
  const finish = [
    step('Once the cause is gone: let PostgreSQL archive what waits. It needs nobody for that', [
      sql(site, 'SELECT pg_switch_wal()'),
      `while [ "$(ls ${quoteForShell(join(wal, 'archive_status'))} | grep -c '[.]ready$')" != 0 ]; do sleep 2; done`,
    ]),
    step('Have WAL that is not needed any more removed', [sql(site, 'CHECKPOINT')]),
  ];
  const proof = [
    step('Nothing waits, and the last archiving succeeded', [
      sql(site, 'SELECT last_archived_wal, last_archived_time, last_failed_time FROM pg_stat_archiver'),
    ]),
  ];
  return {
    id: 'full-wal-disk',
    title: 'pg_wal fills its disk',
    when: 'WAL is not archived, and piles up; or the disk is full already and PostgreSQL has stopped.',
    lost: 'Nothing, as long as nobody deletes anything in pg_wal.',
    takes: 'Minutes, when the cause is known.',
    cautions: [
      'Never delete a file of pg_wal, and never use pg_resetwal: both lose data.',
      'The cause is most often a repository that cannot be written to. Where it is gone for good, see the scenario of that repository.',
      'archive-push-queue-max ends the pile by dropping WAL: after that nothing between can be restored until the next full backup.',
    ],
    placeholders: [room],
    holdfast: {
      steps: [
        step('See what is wrong, and for how long the room lasts', [holdfast(site, 'status')], {
          mayFail: true,
        }),
        step('See why WAL does not arrive', [holdfast(site, 'check')], { mayFail: true }),
        ...makeRoom,
        ...finish,
      ],
      proof: [...proof, step('Every repository takes WAL', [holdfast(site, 'check')], { mayFail: true })],
      back: walBack(site, wal),
    },
    plain: {
      steps: [
        ...look,
        step('See why WAL does not arrive', [engine(site, ['check'])], { mayFail: true }),
        ...makeRoom,
        ...finish,
      ],
      proof: [...proof, step('Every repository takes WAL', [engine(site, ['check'])])],
      back: walBack(site, wal),
    },
  };
}

function lookAtWal(site: RunbookSite, wal: string): RunbookStep[] {
  return [
    step(
      'See how much room there is, how much waits, and since when',
      [
        `df -h ${quoteForShell(wal)}/.`,
        `ls ${quoteForShell(join(wal, 'archive_status'))} | grep -c '[.]ready$'`,
        sql(
          site,
          'SELECT last_failed_wal, last_failed_time, last_archived_wal, last_archived_time FROM pg_stat_archiver',
        ),
      ],
      { mayFail: true },
    ),
  ];
}

/** Moves pg_wal to where there is room: only where the server would stop, or has stopped. */
function makeWalRoom(site: RunbookSite, wal: string): RunbookStep[] {
  const there = `'<${room.name}>/pg_wal'`;
  return [
    ...stopSteps(site),
    step('Only where the disk is full, or will be before the cause is gone: move pg_wal to another disk', [
      asOwner(site, `cp -a ${quoteForShell(wal)} ${there}`),
      `mv -T ${quoteForShell(wal)} ${quoteForShell(`${wal}.before`)}`,
      asOwner(site, `ln -s ${there} ${quoteForShell(wal)}`),
    ]),
    ...startSteps(site),
  ];
}

function walBack(site: RunbookSite, wal: string): RunbookStep[] {
  return [
    ...stopSteps(site),
    step('Where pg_wal was moved: bring it back when there is room again', [
      `rm ${quoteForShell(wal)}`,
      `mv -T ${quoteForShell(`${wal}.before`)} ${quoteForShell(`${wal}.old`)}`,
      asOwner(site, `cp -a '<${room.name}>/pg_wal' ${quoteForShell(wal)}`),
    ]),
    ...startSteps(site),
  ];
}
