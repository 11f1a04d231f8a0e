import { openProof } from '../plain-restore.ts';
import { engine, holdfast, sql, step } from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { RunbookScenario } from '../runbook.ts';

/** What every restore ends with: until then the cluster is restored and not protected. */
export function afterRestore(site: RunbookSite): RunbookScenario {
  const { repositories } = site.stanza;
  return {
    id: 'after-restore',
    title: 'After every restore',
    when: 'A restore of production is done. Until this is done too, the next one is a restore of the old backups over a branching of timelines.',
    lost: 'Nothing.',
    takes: 'As long as a full backup. The application may work meanwhile.',
    cautions: [],
    placeholders: [],
    holdfast: {
      steps: [
        step('See that WAL arrives in every repository', [holdfast(site, 'check')], { mayFail: true }),
        step('Take a full backup into every repository', [holdfast(site, 'backup --type full')]),
        step('Prove it by restoring it beside production', [holdfast(site, 'drill --target latest')]),
      ],
      proof: [
        step('Nothing critical is left', [holdfast(site, 'status')], { mayFail: true }),
        step('Each repository restores up to now', [holdfast(site, 'windows')], { mayFail: true }),
      ],
      back: [],
    },
    plain: {
      steps: [
        step('See that WAL arrives in every repository', [engine(site, ['check'])]),
        ...repositories.map(({ name, key }) =>
          step(`Take a full backup into ${name}`, [
            engine(site, ['backup', '--type=full'], { repositoryKey: key }),
          ]),
        ),
        step('Have the planner statistics made anew where they were lost', [sql(site, 'ANALYZE')]),
      ],
      proof: [step('Every repository lists the new set', [engine(site, ['info'])]), openProof(site)],
      back: [],
    },
  };
}
