import type { LintProject, LintRule } from '../../lint-rule.ts';
import { givenNames, remarksOn } from './known-settings.ts';
import { type DescribedRepository, isDescribed, repositoriesOf } from './repositories-of.ts';
import { hasOpenLine, runningBackups } from './running-backups.ts';

const source = 'pgBackRest, Configuration Reference, Repository Options; src/command/expire/expire.c';
const days = /\bdays?\b|\bd\b/i;

function numberOf(repository: DescribedRepository, name: string): number | undefined {
  const text = repository.text(name);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Full backups are counted: no type or `count`; undefined when that cannot be known. */
function countsFulls(repository: DescribedRepository): boolean {
  const setting = repository.find('repo-retention-full-type');
  return setting === undefined || repository.text('repo-retention-full-type') === 'count';
}

function countsFullsForArchive(repository: DescribedRepository): boolean {
  const type = repository.text('repo-retention-archive-type');
  return type !== 'diff' && type !== 'incr';
}

export const retentionMissing: LintRule = {
  name: 'retention-never-expires',
  severity: 'warning',
  title: 'a repository without repo-retention-full',
  consequence:
    'Nothing is ever expired: the engine prints a warning with each backup, the repository grows until it is full, and then ' +
    'WAL cannot be archived any more.',
  correct: 'repo1-retention-full-type=time\nrepo1-retention-full=14',
  reproduction: `pgBackRest 2.45, no retention in the file:

\`\`\`
$ pgbackrest --stanza=main expire
WARN: option 'repo1-retention-full' is not set for 'repo1-retention-full-type=count', the repository may run out of space
\`\`\``,
  source: 'pgBackRest, src/config/load.c, cfgLoadUpdateOption()',
  *judge(project) {
    const given = givenNames(project);
    for (const repository of repositoriesOf(project)) {
      const first = repository.find('repo-path') ?? repository.find('repo-type');
      if (first === undefined || !isDescribed(repository) || !isWhole(repository)) continue;
      if (hasOpenLine(repository.file.document.text)) continue;
      if (given.has(`repo${repository.index}-retention-full`)) continue;
      yield {
        place: first.setting.name,
        problem: `repo${repository.index} has no retention: nothing is ever expired from it`,
        remedy: `set repo${repository.index}-retention-full, with repo${repository.index}-retention-full-type=time for days.`,
      };
    }
  },
};

/** A part of a file that is shown in a document may leave the retention to the rest. */
function isWhole({ file, settings }: DescribedRepository): boolean {
  if (file.settings.some(({ via }) => via !== 'conf')) return true;
  const hasNode = file.settings.some(({ name }) => /^(pg|db)[^-]*-path$/.test(name.value));
  return hasNode || settings.some(({ option }) => option.name.startsWith('repo-retention-'));
}

export const archiveBeyondFull: LintRule = {
  name: 'retention-archive-beyond-full',
  severity: 'warning',
  title: 'repo-retention-archive is greater than the number of full backups that are kept',
  consequence:
    'It counts backups, never days. With fewer backups than the number WAL is never expired: full=2 and archive=14 kept all ' +
    '12 segments, without archive 4 were left. The repository fills up.',
  correct: '# no repo1-retention-archive: WAL follows the full backups\nrepo1-retention-full=4',
  reproduction: `pgBackRest 2.45, \`repo1-retention-full=2\`, \`repo1-retention-archive=14\`, six full backups: \`ls\` of the archive shows all
12 segments after \`expire\`, the first of them older than every backup; without the option the same \`expire\` leaves 4.`,
  source,
  *judge(project) {
    for (const repository of repositoriesOf(project)) {
      const archive = numberOf(repository, 'repo-retention-archive');
      const full = numberOf(repository, 'repo-retention-full');
      const setting = repository.find('repo-retention-archive')?.setting;
      if (archive === undefined || full === undefined || setting === undefined || archive <= full) continue;
      if (!countsFulls(repository) || !countsFullsForArchive(repository)) continue;
      yield {
        place: setting.value,
        problem: `${archive} backups are never reached with retention-full=${full}, so WAL is never expired`,
        remedy: 'remove the line: WAL is kept as long as the full backups that need it.',
        fix: { place: setting.line, replacement: '' },
      };
    }
  },
};

export const archiveInDays: LintRule = {
  name: 'retention-archive-counts-backups',
  severity: 'warning',
  title: 'repo-retention-archive is taken for days',
  consequence:
    'It counts backups of repo-retention-archive-type, so the WAL that is kept has nothing to do with those days.',
  correct: 'repo1-retention-full-type=time\nrepo1-retention-full=14',
  reproduction: `See retention-archive-beyond-full: the number is compared with the number of full backups; no unit exists.
\`repo1-retention-archive-type=days\` ends with

\`\`\`
ERROR: [032]: 'days' is not allowed for 'repo1-retention-archive-type' option
\`\`\``,
  source,
  *judge(project) {
    for (const repository of repositoriesOf(project)) {
      const setting = repository.find('repo-retention-archive')?.setting;
      const archive = numberOf(repository, 'repo-retention-archive');
      const full = numberOf(repository, 'repo-retention-full');
      if (setting === undefined || !days.test(remarksOn(setting))) continue;
      // Said already, with the number.
      if (archive !== undefined && full !== undefined && archive > full && countsFulls(repository)) continue;
      yield {
        place: setting.name,
        problem: 'the comment says days, the option counts backups',
        remedy:
          'for days set repoN-retention-full-type=time and repoN-retention-full, and leave this option out.',
      };
    }
  },
};

export const archiveBelowFull: LintRule = {
  name: 'retention-archive-below-full',
  severity: 'advice',
  title: 'WAL is kept for fewer backups than there are',
  consequence:
    'Older backups can only be restored to the moment they ended: the WAL after them is gone, and no time in between can be ' +
    'reached.',
  correct: '# no repo1-retention-archive\nrepo1-retention-full=4',
  reproduction: `pgBackRest 2.45, \`repo1-retention-full=4\`, \`repo1-retention-archive=1\`, four full backups, \`expire\`: of the older backups
only the segments between their start and stop are left in the archive.`,
  source,
  *judge(project) {
    for (const repository of repositoriesOf(project)) {
      const archive = numberOf(repository, 'repo-retention-archive');
      const full = numberOf(repository, 'repo-retention-full');
      const setting = repository.find('repo-retention-archive')?.setting;
      if (archive === undefined || full === undefined || setting === undefined || archive >= full) continue;
      if (!countsFulls(repository) || !countsFullsForArchive(repository)) continue;
      yield {
        place: setting.value,
        problem: `of ${full} full backups only the newest ${archive} keep the WAL that follows them`,
        remedy: 'remove the line unless older backups are only wanted as they ended.',
      };
    }
  },
};

export const diffRetentionUnused: LintRule = {
  name: 'retention-diff-without-diffs',
  severity: 'warning',
  title: 'repo-retention-diff without differential backups',
  consequence:
    'It counts differential backups. Incremental ones are not touched by it: they expire with the full backup that they ' +
    'depend on, so the option does nothing.',
  correct: '# keep more full backups, or schedule differential ones\nrepo1-retention-full=4',
  reproduction: `pgBackRest 2.45, \`repo1-retention-diff=1\`, three incremental backups of one full: \`expire\` removes none of them.`,
  source,
  *judge(project) {
    const types = scheduledTypes(project);
    if (types.size === 0 || types.has('diff') || types.has('unknown')) return;
    for (const repository of repositoriesOf(project)) {
      const setting = repository.find('repo-retention-diff')?.setting;
      if (setting === undefined) continue;
      yield {
        place: setting.name,
        problem: `only ${[...types].join(' and ')} backups are scheduled: ${setting.name.value} has no effect`,
        remedy: 'remove the line, or schedule `pgbackrest --type=diff backup`.',
      };
    }
  },
};

/** Types of the backups that something runs: schedules, scripts, units. */
function scheduledTypes(project: LintProject): ReadonlySet<string> {
  const types = new Set<string>();
  for (const { backupType } of project.schedules) if (backupType !== undefined) types.add(backupType);
  for (const { options } of runningBackups(project)) {
    const type = options.find(({ name }) => name.value === 'type')?.value;
    types.add(type === undefined ? 'incr' : type.unknown ? 'unknown' : type.value);
  }
  return types;
}

export const fullInDays: LintRule = {
  name: 'retention-full-counts-backups',
  severity: 'warning',
  title: 'repo-retention-full is taken for days',
  consequence:
    'Without repo-retention-full-type=time it counts full backups: 14 are 14 weeks with a weekly full backup, and the ' +
    'repository becomes many times as large as planned.',
  correct: 'repo1-retention-full-type=time\nrepo1-retention-full=14',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest help backup repo-retention-full-type
default: count
\`\`\`

With \`repo1-retention-full=2\` alone, six full backups of one hour are two after \`expire\`.`,
  source,
  *judge(project) {
    for (const repository of repositoriesOf(project)) {
      const setting = repository.find('repo-retention-full')?.setting;
      if (setting === undefined || !countsFulls(repository)) continue;
      if (repository.find('repo-retention-full-type') !== undefined || !isCalledDays(setting, repository))
        continue;
      yield {
        place: setting.name,
        problem: `it is called days, and without ${setting.name.value}-type=time it counts backups`,
        remedy: 'add repo-retention-full-type=time for this repository.',
      };
    }
  },
};

/** The line says so, or the document that it is part of says it of the variable that this is. */
function isCalledDays(setting: Parameters<typeof remarksOn>[0], repository: DescribedRepository): boolean {
  if (days.test(remarksOn(setting))) return true;
  const value = repository.text('repo-retention-full');
  if (setting.via === 'conf' || value === undefined) return false;
  const { text } = setting.line.document.root;
  return (
    /RETENTION_FULL\b.*\(days\)/i.test(text) || new RegExp(`retention.*\\b${value} days`, 'i').test(text)
  );
}

export const retentionRules: readonly LintRule[] = [
  retentionMissing,
  archiveBeyondFull,
  archiveInDays,
  archiveBelowFull,
  diffRetentionUnused,
  fullInDays,
];
