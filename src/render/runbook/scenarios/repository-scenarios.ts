import { join } from 'node:path';
import type { Repository } from '../../../model/repository.ts';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import { engine, holdfast, move, step } from '../runbook-commands.ts';
import { isLocalDirectory, type RunbookSite } from '../runbook-site.ts';
import type { RunbookScenario, RunbookStep } from '../runbook.ts';
import { fillAnew, filledProof } from '../fill-anew.ts';

/** What to do when a repository is gone: each of them in its turn. */
export function repositoryScenarios(site: RunbookSite): readonly RunbookScenario[] {
  return site.stanza.repositories.map((repository) => lostRepository(site, repository));
}

function lostRepository(site: RunbookSite, repository: Repository): RunbookScenario {
  const { name } = repository;
  const others = site.stanza.repositories.filter((other) => other !== repository).map((other) => other.name);
  const prepare = [
    ...placeStep(site, repository),
    step(`See that nothing is in the way of ${name} any more`, [engine(site, ['info'])], { mayFail: true }),
  ];
  return {
    id: `lost-repository-${name}`,
    title: `Repository ${name} is lost`,
    when: `${describePlace(repository)} is gone, empty, damaged or out of reach for good. Do it soon: while one repository takes no WAL, PostgreSQL keeps all of it in pg_wal.`,
    lost:
      others.length === 0
        ? 'All backups: it is the only repository. Until this is done nothing can be restored, so leave the server running.'
        : `What only ${name} could restore: as far back as the others do not reach. The others (${others.join(', ')}) are not touched.`,
    takes: 'As long as a full backup.',
    cautions: [
      ...(site.configuration.stanzas.length > 1
        ? ['Do the same for every other stanza that has this repository.']
        : []),
      'A backup that still runs into it ends with an error; that is as it should be.',
    ],
    placeholders: [],
    holdfast: {
      steps: [
        ...prepare,
        step(
          'Make directory, configuration and stanza again where they are missing',
          [holdfast(site, 'setup --no-backup')],
          { asks: true },
        ),
        step('Fill it', [holdfast(site, `backup --type full --repo ${quoteForShell(name)}`)]),
      ],
      proof: [
        step('WAL arrives in every repository', [holdfast(site, 'check')], { mayFail: true }),
        step('It opens, and restores', [
          holdfast(site, `drill --target latest --repo ${quoteForShell(name)}`),
        ]),
      ],
      back: [],
    },
    plain: {
      steps: [...prepare, ...fillAnew(site, repository, 'Make the stanza again where it is missing')],
      proof: filledProof(site, repository),
      back: [],
    },
  };
}

/** Where a repository is, in words. */
export function describePlace({ access, path, host }: Repository): string {
  const where = host === undefined ? '' : ` on ${host.address}`;
  switch (access.type) {
    case 's3':
      return `${path} in bucket ${access.bucket} at ${access.endpoint}`;
    case 'azure':
      return `${path} in Azure container ${access.container}`;
    case 'gcs':
      return `${path} in bucket ${access.bucket} of Google Cloud Storage`;
    case 'sftp':
      return `${path} on ${access.user}@${access.host}`;
    case 'posix':
    case 'cifs':
      return `${path}${where}`;
  }
}

/** Something may be left of it: of this stanza, what is left is kept beside it. */
function placeStep(site: RunbookSite, repository: Repository): RunbookStep[] {
  const { path } = repository;
  if (!isLocalDirectory(repository)) {
    return [
      step(
        `Have ${describePlace(repository)} again: what is left of this stanza is moved to another path there`,
        [],
      ),
    ];
  }
  const parts = ['archive', 'backup'].map((part) => join(path, part, site.stanza.name));
  return [
    step(
      'Keep what is left of it: nothing is deleted',
      parts.map((part) => `if [ -e ${quoteForShell(part)} ]; then ${move(part, `${part}.lost`)}; fi`),
    ),
  ];
}
