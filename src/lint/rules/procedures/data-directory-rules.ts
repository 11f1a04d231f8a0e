import type { Invocation } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { argumentOf, callsOf as callsOfModule } from '../deployments/ansible-tasks.ts';
import { argumentNamed } from '../commands/engine-calls.ts';
import { isDrill, isForReplica, restoreSteps, startsServer } from './procedure-steps.ts';

/** Where packages and images put clusters. */
const usualPlaces =
  /^(?:\/var\/lib\/(?:postgresql|pgsql|postgres)(?:\/[\w.-]+)*|\/(?:pg|pgdata|postgres)\/?data(?:\/[\w.-]+)*|\/data\/(?:pg|postgres)[\w./-]*|\/srv\/(?:pg|postgres)[\w./-]*|\/opt\/[\w./-]*(?:pgdata|postgres\w*\/data)|\/bitnami\/postgresql(?:\/data)?|\/home\/postgres\/pgdata[\w./-]*)$/;
const ownVariables =
  /^\$\{?(?:PGDATA|PG_DATA|PGDATA_DIR|PG_DATA_DIR|PG_DIR|DATA_DIR|PGDATADIR|DATADIR|POSTGRES_DATA(?:_DIR)?)\}?$/i;
/** Something of it that can be spared, or a directory that is not the cluster's. */
const spared =
  /(?:^|[/_.-])(?:old|bak|backup|backups|copy|tmp|temp|test|drill|restore[\w-]*|repo|pgbackrest|log|logs|archive|spool)(?:$|[/_.-])|^\/tmp\//;
const dataVolume =
  /(?:^|[_-])(?:pg|pgdata|postgres\w*|db|database|data|pg[-_]?data)(?:[-_]?(?:data|vol(?:ume)?))?\d*$/i;

export const dataDirectoryRemoved: LintRule = {
  name: 'data-directory-removed',
  severity: 'critical',
  title: 'the data directory is deleted before a restore',
  consequence:
    'What is deleted is the last copy of everything that is not in the archive yet: the WAL since the last archived segment, and ' +
    'the cluster itself, should the restore fail. Without a look first, nobody knows whether the repository holds what is needed. ' +
    'Under sudo the caller’s shell expands `*`, and where it may not read the directory nothing matches: nothing is deleted, and ' +
    'the restore ends with [040].',
  correct:
    'mv /var/lib/postgresql/15/main /var/lib/postgresql/15/main.before-restore\ninstall -d -m 0700 -o postgres -g postgres /var/lib/postgresql/15/main\npgbackrest --stanza=main restore\n# or keep it and let the engine replace what differs: pgbackrest --stanza=main --delta restore',
  reproduction: `pgBackRest 2.45; what a glob that matched nothing leaves behind:

\`\`\`
$ pgbackrest --stanza=main restore
ERROR: [040]: unable to restore to path '/var/lib/postgresql/15/main' because it contains files
       HINT: try using --delta if this is what you intended.
\`\`\``,
  source:
    'pgBackRest user guide, "Restore a Backup"; PostgreSQL 15, 26.3.4 Recovering (step 2: copy the cluster and its WAL first)',
  *judge(project) {
    const known = knownDirectories(project);
    const seen = new Set<Invocation>();
    for (const { call, before: inScript, earlier } of restoreSteps(project)) {
      if (isDrill(call) || isForReplica(call)) continue;
      yield* removedByTasks(project, call.invocation, known);
      const before = [...tasksBefore(project, call.invocation), ...earlier, ...inScript];
      const own = argumentNamed(call, 'pg1-path')?.value?.value;
      const directories = new Set([...known, ...(own === undefined ? [] : [trim(own)])]);
      for (const [index, command] of before.entries()) {
        const target = removedData(command, directories);
        if (target === undefined || seen.has(command) || before.slice(0, index).some(savesData)) continue;
        // What was started in between is another cluster, made after it.
        if (before.slice(index + 1).some(startsServer)) continue;
        seen.add(command);
        yield {
          place: {
            document: command.place.document,
            start: command.place.start,
            end: Math.max(command.place.end, target.end),
          },
          problem: `${describe(command)} deletes ${target.value}, with the WAL that was never archived`,
          remedy: 'move it aside and delete it when the restored cluster is proven, or restore with --delta.',
          engineError: 40,
        };
      }
    }
  },
};

/** In a playbook the tasks are one procedure, each with a script of its own. */
function tasksBefore(project: LintProject, { use, place, script }: Invocation): readonly Invocation[] {
  if (use !== 'task') return [];
  const offset = place.document.fileOffset(place.start);
  return project.commandLists
    .filter(
      (list) => list !== script && list.use === 'task' && list.place.document.root === place.document.root,
    )
    .filter((list) => list.place.document.fileOffset(list.place.start) < offset)
    .flatMap((list) => list.commands);
}

/** `file: path=… state=absent` in a task before the restore. */
function* removedByTasks(
  project: LintProject,
  { use, place }: Invocation,
  known: ReadonlySet<string>,
): Generator<RuleFinding> {
  if (use !== 'task') return;
  const root = place.document.root;
  for (const task of callsOfModule(project, 'file')) {
    const path = argumentOf(task, 'path', 'dest', 'name');
    if (path === undefined || argumentOf(task, 'state')?.value !== 'absent') continue;
    if (path.document.root !== root || !isData(path.value, known)) continue;
    if (path.document.fileOffset(path.start) > place.document.fileOffset(place.start)) continue;
    yield {
      place: path,
      problem: `state: absent deletes ${path.value}, with the WAL that was never archived`,
      remedy: 'move it aside and delete it when the restored cluster is proven, or restore with --delta.',
      engineError: 40,
    };
  }
}

function knownDirectories(project: LintProject): ReadonlySet<string> {
  const paths = [
    ...project.engineFiles.flatMap((file) =>
      file.settings.filter(({ name }) => /^pg\d+-path$/.test(name.value)).map(({ value }) => value),
    ),
    ...project.serverSettings.filter(({ name }) => name.value === 'data_directory').map(({ value }) => value),
    ...project.variables.filter(({ name }) => name.value === 'PGDATA').map(({ value }) => value),
  ];
  return new Set(
    paths.filter((path) => !path.unknown && path.value.startsWith('/')).map((path) => trim(path.value)),
  );
}

function removedData(command: Invocation, known: ReadonlySet<string>): PlacedText | undefined {
  const [, ...words] = command.words;
  const targets = words.filter((word) => !word.value.startsWith('-'));
  if (command.program === 'rm' && words.some((word) => /^-\w*[rR]|^--recursive$/.test(word.value)))
    return targets.find((word) => isData(word.value, known));
  if (command.program === 'find' && words.some((word) => word.value === '-delete'))
    return targets.slice(0, 1).find((word) => isData(word.value, known));
  return removedVolume(command, targets);
}

/** `docker volume rm NAME`, `docker compose down -v`. */
function removedVolume(command: Invocation, targets: readonly PlacedText[]): PlacedText | undefined {
  if (!['docker', 'podman', 'nerdctl', 'docker-compose', 'podman-compose'].includes(command.program))
    return undefined;
  const [first, second, ...names] = targets;
  if (first?.value === 'volume' && ['rm', 'remove'].includes(second?.value ?? ''))
    return names.find((name) => dataVolume.test(name.value) && !spared.test(name.value));
  const isDown = targets.some((word) => word.value === 'down');
  return isDown ? command.words.find((word) => ['-v', '--volumes'].includes(word.value)) : undefined;
}

function isData(path: string, known: ReadonlySet<string>): boolean {
  const plain = trim(path);
  if (known.has(plain) || ownVariables.test(plain)) return true;
  return usualPlaces.test(plain) && !spared.test(plain);
}

/** Without `/*`, `/*.*`, `/{*,.*}` and slashes at the end. */
function trim(path: string): string {
  return path.replace(/\/(?:\*|\.\*|\{[^}]*\}|\.\[!?[^\]]*\]\*)*$/, '').replace(/\/+$/, '');
}

/** Something of the old cluster was put elsewhere before. */
function savesData(command: Invocation): boolean {
  if (!['mv', 'cp', 'rsync', 'tar', 'pg_basebackup', 'pg_dumpall'].includes(command.program)) return false;
  return command.words.some((word) => /postgres|pgsql|pg_?data|pg_wal|\/pg\/|PGDATA/i.test(word.value));
}

function describe(command: Invocation): string {
  return command.words
    .slice(0, 2)
    .map((word) => word.value)
    .join(' ');
}
