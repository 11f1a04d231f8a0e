import { join } from 'node:path';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import {
  copyDirectory,
  copyOpenStep,
  copySteps,
  dropCopyStep,
  startCopy,
  stopCopy,
} from '../copy-by-hand.ts';
import { describeTimes } from '../describe-times.ts';
import { timelineStep } from '../plain-restore.ts';
import {
  asOwner,
  blank,
  connection,
  database,
  holdfast,
  moment,
  program,
  sql,
  step,
  table,
  timeline,
} from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { Placeholder, RunbookScenario } from '../runbook.ts';

const probe: Placeholder = {
  name: 'PROBE',
  meaning:
    'SQL that gives one boolean, true while all is good, with single quotes only: SELECT count(*) > 1000 FROM orders',
};
const later: Placeholder = { name: 'LATER', meaning: 'a later moment, of the same form' };
const quotedDatabase = `'${blank(database)}'`;

/** What is brought back beside production: a look at the past, a table, the moment of a mistake. */
export function copyScenarios(site: RunbookSite): readonly RunbookScenario[] {
  const key = site.stanza.repositories[0]?.key ?? 1;
  return [droppedTable(site, key), badUpdate(site, key), lookAtPast(site, key)];
}

function droppedTable(site: RunbookSite, repositoryKey: number): RunbookScenario {
  const place = copyDirectory(site);
  const dump = quoteForShell(join(place, 'table.dump'));
  const words = `rescue '${blank(table)}' --database ${quotedDatabase} --to '${blank(moment)}'`;
  const count = step('Its rows are there', [
    sql(site, `SELECT count(*) FROM ${blank(table)}`, { database: quotedDatabase }),
  ]);
  return {
    id: 'dropped-table',
    title: 'A table was dropped, or its rows were deleted',
    when: 'One or a few tables are wrong, and everything else must stay as it is. The server keeps running.',
    lost: 'Nothing. Rows that are only in the live table stay.',
    takes: describeTimes(site),
    cautions: [
      'By hand: this puts back a table that is gone. Where it is still there and only rows are wrong, load the dump into another database and compare; Holdfast compares by itself and writes the change as SQL.',
    ],
    placeholders: [moment, table, database, timeline],
    holdfast: {
      steps: [
        step(
          'See what would change: it is written as change.sql, with rollback.sql beside it',
          [holdfast(site, words)],
          {
            mayFail: true,
          },
        ),
        step('Do it, after a question', [holdfast(site, `${words} --apply`)], { asks: true }),
      ],
      proof: [count],
      back: [step('Run the rollback.sql that it named, with psql -1 -f', [])],
    },
    plain: {
      steps: [
        timelineStep(site),
        ...copySteps(site, { type: 'time', target: blank(moment), action: 'promote', repositoryKey }),
        copyOpenStep(site),
        step('Take the table out of the copy', [
          program(
            site,
            `pg_dump ${connection(site, { socket: place, database: quotedDatabase })} -Fc -t '${blank(table)}' -f ${dump}`,
          ),
        ]),
        step('Put it into production, all or nothing', [
          program(
            site,
            `pg_restore ${connection(site, { database: quotedDatabase })} --single-transaction --exit-on-error ${dump}`,
          ),
        ]),
        dropCopyStep(site),
      ],
      proof: [count],
      back: [
        step('Take the table away again', [
          sql(site, `DROP TABLE ${blank(table)}`, { database: quotedDatabase }),
        ]),
      ],
    },
  };
}

function badUpdate(site: RunbookSite, repositoryKey: number): RunbookScenario {
  const place = copyDirectory(site);
  const asked = asOwner(
    site,
    `psql -X -At -v ON_ERROR_STOP=1 ${connection(site, { socket: place, database: quotedDatabase })} -c "${blank(probe)}"`,
  );
  const settings = quoteForShell(join(place, 'data', 'postgresql.auto.conf'));
  const good: Placeholder = { ...moment, meaning: `a moment when all was still good: ${moment.meaning}` };
  return {
    id: 'bad-update',
    title: 'Something went wrong, and nobody knows when',
    when: 'An update, a deployment or a script did damage. First the moment is found, then the table or the cluster is brought back to it.',
    lost: 'Nothing: production is only asked, and not even that.',
    takes: `${describeTimes(site)} The search restores once and replays.`,
    cautions: [],
    placeholders: [good, later, probe, database, timeline],
    holdfast: {
      steps: [
        step(
          'Find the last good commit. It prints the commands that bring back what was there',
          [
            holdfast(
              site,
              `find --probe "${blank(probe)}" --database ${quotedDatabase} --between '${blank(moment)}'`,
            ),
          ],
          { mayFail: true },
        ),
      ],
      proof: [],
      back: [],
    },
    plain: {
      steps: [
        timelineStep(site),
        ...copySteps(site, { type: 'time', target: blank(moment), action: 'pause', repositoryKey }),
        step('Ask', [asked]),
        step(
          'As long as the answer is t, go on to a later moment, and ask again: halve the distance each time',
          [
            stopCopy(site),
            `echo "recovery_target_time = '${blank(later)}'" | ${asOwner(site, `tee -a ${settings}`)}`,
            ...startCopy(site).commands,
            asked,
          ],
        ),
        dropCopyStep(site),
      ],
      proof: [],
      back: [],
    },
  };
}

function lookAtPast(site: RunbookSite, repositoryKey: number): RunbookScenario {
  const place = copyDirectory(site);
  return {
    id: 'copy',
    title: 'Look at the past beside production',
    when: 'Somebody must see what was there, or try something, while production goes on.',
    lost: 'Nothing.',
    takes: describeTimes(site),
    cautions: ['The copy needs as much disk as the cluster.'],
    placeholders: [moment, timeline],
    holdfast: {
      steps: [
        step(
          'Make a copy; it prints how to connect',
          [holdfast(site, `clone --to '${blank(moment)}' --name past --ttl 4h`)],
          { mayFail: true },
        ),
      ],
      proof: [step('It answers', [holdfast(site, 'clones')])],
      back: [step('Take it away', [holdfast(site, 'clone drop past')])],
    },
    plain: {
      steps: [
        timelineStep(site),
        ...copySteps(site, { type: 'time', target: blank(moment), action: 'promote', repositoryKey }),
        copyOpenStep(site),
      ],
      proof: [step('It answers', [sql(site, 'SELECT now()', { socket: place })])],
      back: [dropCopyStep(site)],
    },
  };
}
