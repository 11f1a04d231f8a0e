import type { EngineInvocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { givenNames, knownIn, meantValue } from './known-settings.ts';
import { type DescribedRepository, remoteTypes, repositoriesIn, repositoriesOf } from './repositories-of.ts';
import { hasOpenLine, runningBackups } from './running-backups.ts';

export const repositoriesSharePath: LintRule = {
  name: 'repositories-share-path',
  severity: 'critical',
  title: 'two repositories with one path, or one inside the other',
  consequence:
    'With the same path every command that opens both ends with [032]. With one inside the other they run, and whoever ' +
    'removes or copies the outer one takes the inner one too: two repositories, one loss.',
  correct: 'repo1-path=/var/lib/pgbackrest\nrepo2-path=/mnt/offsite/pgbackrest',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ grep path /etc/pgbackrest/pgbackrest.conf
repo1-path=/srv/a
repo2-path=/srv/a
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [032]: local repo1 and repo2 paths are both '/srv/a' but must be different
\`\`\``,
  source: 'pgBackRest, src/config/load.c, cfgLoadUpdateOption()',
  *judge(project) {
    for (const file of project.engineFiles) {
      const local = repositoriesIn(file, project).filter(isLocal);
      const given = givenNames(project);
      const pathOf = (one: DescribedRepository): string | undefined =>
        writtenPathOf(one) ?? defaultPathOf(one, given);
      for (const repository of local) {
        const path = pathOf(repository);
        const setting = (repository.find('repo-path') ?? repository.settings[0])?.setting;
        const outer = local.find((other) => other.index !== repository.index && holds(pathOf(other), path));
        if (path === undefined || setting === undefined || outer === undefined) continue;
        const same = pathOf(outer) === path;
        if (same && outer.index > repository.index) continue;
        yield {
          place: repository.find('repo-path') === undefined ? setting.name : setting.value,
          problem: same
            ? `repo${outer.index} and repo${repository.index} have the same path`
            : `repo${repository.index} lies inside repo${outer.index} (${String(pathOf(outer))})`,
          remedy: 'give each repository a directory of its own, on other disks where it can be.',
          engineError: same ? 32 : undefined,
          severity: same ? 'critical' : 'warning',
        };
      }
    }
  },
};

export const repositoryInData: LintRule = {
  name: 'repository-in-data-directory',
  severity: 'critical',
  title: 'a repository inside the data directory',
  consequence:
    'Backups lie on what they are to protect from: when the data directory is lost, so are they. Each backup also copies ' +
    'those before it, and a restore with --delta removes the repository as files that do not belong there.',
  correct: 'repo1-path=/var/lib/pgbackrest\npg1-path=/var/lib/postgresql/15/main',
  reproduction: `pgBackRest 2.45, \`repo1-path=/srv/pg/backup\`, \`pg1-path=/srv/pg\`: \`stanza-create\` ends with 0 and without a word.`,
  source:
    'pgBackRest, User Guide, Configure Cluster Stanza; src/command/restore/restore.c, restoreCleanBuild()',
  *judge(project) {
    for (const file of project.engineFiles) {
      const directories = knownIn(file, project.engineVersion)
        .filter(({ option }) => option.name === 'pg-path')
        .flatMap(({ setting }) => meantValue(setting) ?? []);
      for (const repository of repositoriesIn(file, project).filter(isLocal)) {
        const path = writtenPathOf(repository);
        const setting = repository.find('repo-path')?.setting;
        const directory = directories.find((candidate) => holds(clean(candidate), path));
        if (setting === undefined || directory === undefined) continue;
        yield {
          place: setting.value,
          problem: `repo${repository.index} lies in the data directory ${directory}`,
          remedy: 'put the repository somewhere else, on another disk or host.',
        };
      }
    }
  },
};

export const encryptionOff: LintRule = {
  name: 'repository-not-encrypted',
  severity: 'warning',
  title: 'a repository on somebody else’s storage without encryption',
  consequence:
    'Whoever can read the bucket, the account or a copy of it has every row of the database. Encryption cannot be added to ' +
    'a repository later: it needs a new one.',
  correct: 'repo1-cipher-type=aes-256-cbc\n# repo1-cipher-pass in a file that only the engine can read',
  reproduction: `pgBackRest 2.45, a repository made without a cipher: \`zcat\` of a file under backup/main/…/pg_data shows rows of the table in
plain text.`,
  source: 'pgBackRest, User Guide, Repository Encryption',
  *judge(project) {
    const given = givenNames(project);
    for (const repository of repositoriesOf(project)) {
      if (hasOpenLine(repository.file.document.text)) continue;
      const type = repository.text('repo-type');
      const setting = repository.find('repo-type')?.setting;
      if (type === undefined || setting === undefined || !remoteTypes.has(type)) continue;
      const cipher = repository.find('repo-cipher-type');
      const off = cipher === undefined || repository.text('repo-cipher-type') === 'none';
      if (!off || (cipher === undefined && given.has(`repo${repository.index}-cipher-type`))) continue;
      yield {
        place: (cipher?.setting ?? setting).value,
        problem: `repo${repository.index} (${type}) is not encrypted`,
        remedy: `set repo${repository.index}-cipher-type=aes-256-cbc and a passphrase before the stanza is created.`,
      };
    }
  },
};

export const blockWithoutBundle: LintRule = {
  name: 'block-without-bundle',
  severity: 'warning',
  title: 'block incremental backup without bundling',
  consequence:
    'repo-block needs repo-bundle=y. Without it the engine ignores it without a word: incremental backups copy whole files.',
  correct: 'repo1-bundle=y\nrepo1-block=y',
  reproduction: `pgBackRest 2.60, \`repo1-block=y\` alone: the first line of \`pgbackrest --log-level-console=info backup\` shows no
\`--repo1-block\` among the options; with \`repo1-bundle=y\` it is there.`,
  source: 'pgBackRest, Configuration Reference, repo-block: depends on repo-bundle',
  *judge(project) {
    const given = givenNames(project);
    for (const repository of repositoriesOf(project)) {
      const block = repository.find('repo-block');
      if (block === undefined || repository.text('repo-block') !== 'y') continue;
      const bundle = repository.find('repo-bundle');
      if (
        bundle === undefined
          ? given.has(`repo${repository.index}-bundle`)
          : repository.text('repo-bundle') !== 'n'
      )
        continue;
      yield {
        place: block.setting.name,
        problem: `repo${repository.index}-block is ignored without repo${repository.index}-bundle=y`,
        remedy: `add repo${repository.index}-bundle=y.`,
      };
    }
  },
};

export const repositoryWithoutBackups: LintRule = {
  name: 'repository-without-backups',
  severity: 'critical',
  title: 'a repository that gets WAL but no backups',
  consequence:
    'archive-push fills every repository, `backup` without --repo only the first. From the others nothing can ever be ' +
    'restored, and their WAL is never expired.',
  correct: 'pgbackrest --stanza=main --repo=1 backup\npgbackrest --stanza=main --repo=2 backup',
  reproduction: `pgBackRest 2.45, repo1 and repo2:

\`\`\`
$ pgbackrest --stanza=main --log-level-console=info backup
INFO: repo option not specified, defaulting to repo1
$ pgbackrest --stanza=main --repo=2 info
status: error (no valid backups)
\`\`\``,
  source: 'pgBackRest, User Guide, Multiple Repositories',
  *judge(project) {
    const backups = project.engineInvocations.filter(({ command }) => command?.value === 'backup');
    if (runningBackups(project).length === 0 || backups.some(hasUnknownRepository)) return;
    if (project.variables.some(({ name }) => name.value === 'PGBACKREST_REPO')) return;
    const named = new Set(backups.map(repositoryOf));
    for (const file of project.engineFiles) {
      const repositories = repositoriesIn(file, project);
      const [lowest, ...others] = repositories;
      if (lowest === undefined) continue;
      for (const repository of others) {
        const setting = repository.settings[0]?.setting;
        if (setting === undefined || named.has(String(repository.index))) continue;
        yield {
          place: setting.name,
          problem: `nothing calls \`backup --repo=${repository.index}\`: repo${repository.index} gets WAL but no backups`,
          remedy: `schedule a backup with --repo=${repository.index} too.`,
        };
      }
    }
  },
};

function repositoryOf({ options }: EngineInvocation): string {
  return options.find(({ name }) => name.value === 'repo')?.value?.value ?? '1';
}

function hasUnknownRepository({ options }: EngineInvocation): boolean {
  return options.find(({ name }) => name.value === 'repo')?.value?.unknown === true;
}

function isLocal(repository: DescribedRepository): boolean {
  const type = repository.text('repo-type');
  const posix = repository.find('repo-type') === undefined || type === 'posix' || type === 'cifs';
  // A host for one command only leaves the others with a local path.
  const hosts = repository.settings.filter(({ option }) => option.name === 'repo-host');
  return posix && hosts.every(({ setting }) => setting.section.includes(':'));
}

/** Where a repository lies that no file of the project gives a path; a file without a stanza is only a part. */
function defaultPathOf(
  { file, index, find }: DescribedRepository,
  given: ReadonlySet<string>,
): string | undefined {
  const isWhole = file.settings.some(({ name }) => /^pg\d+-path$/.test(name.value));
  const isGiven =
    given.has(`repo${index}-path`) || (find('repo-type') === undefined && given.has(`repo${index}-type`));
  return isWhole && !isGiven ? '/var/lib/pgbackrest' : undefined;
}

function writtenPathOf(repository: DescribedRepository): string | undefined {
  const path = repository.text('repo-path');
  return path === undefined ? undefined : clean(path);
}

function clean(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}

/** True when the path is the directory or lies in it. */
function holds(directory: string | undefined, path: string | undefined): boolean {
  if (directory === undefined || path === undefined || !directory.startsWith('/')) return false;
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

export const repositoryRules: readonly LintRule[] = [
  repositoriesSharePath,
  repositoryInData,
  encryptionOff,
  blockWithoutBundle,
  repositoryWithoutBackups,
];
