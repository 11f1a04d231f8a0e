import type { Invocation } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { argumentOf, callsOf } from './ansible-tasks.ts';

export const installationMayFail: LintRule = {
  name: 'installation-failure-swallowed',
  severity: 'critical',
  title: 'an installation of pgbackrest that may fail unseen',
  consequence:
    'The image is built, or the script goes on, although pgbackrest was not installed. archive_command then ends with 127 for every ' +
    'segment, pg_wal grows, and no backup is made.',
  correct: 'RUN apt-get update && apt-get install -y --no-install-recommends pgbackrest',
  reproduction: `Debian 12:

\`\`\`
$ sh -c 'apt-get install -y no-such-package 2>/dev/null || true'; echo exit $?
exit 0
\`\`\``,
  source: 'Dockerfile reference, RUN: the build stops where a command fails; POSIX, AND-OR Lists',
  *judge(project) {
    for (const { commands } of project.commandLists)
      for (const command of commands) {
        if (!installsEngine(command)) continue;
        const swallowing = chainAfter(command).find((next) => next.after === '||' && succeeds(next));
        if (swallowing === undefined) continue;
        yield {
          place: command.place,
          problem: `\`|| ${swallowing.program}\` hides that pgbackrest was not installed`,
          remedy: 'let the build fail when the package cannot be installed.',
        };
      }
  },
};

function installsEngine({ program, words }: Invocation): boolean {
  return (
    ['apt-get', 'apt', 'apk', 'dnf', 'yum', 'microdnf', 'zypper'].includes(program) &&
    words.some((word) => ['install', 'add', 'in'].includes(word.value)) &&
    words.some((word) => /^pgbackrest\b/.test(word.value))
  );
}

/** What is joined to a command by `&&` and `||`. */
function chainAfter({ script, index }: Invocation): readonly Invocation[] {
  const rest = script.commands.slice(index + 1);
  const end = rest.findIndex(({ after }) => after !== '&&' && after !== '||');
  return end < 0 ? rest : rest.slice(0, end);
}

function succeeds({ program, words, script, index }: Invocation): boolean {
  if (program === 'exit') return words[1]?.value === '0';
  const next = script.commands[index + 1];
  return (
    ['true', ':'].includes(program) ||
    (program === 'echo' && next?.after !== '&&' && next?.program !== 'exit')
  );
}

export const repositoryWritableByAll: LintRule = {
  name: 'repository-writable-by-all',
  severity: 'warning',
  title: 'a directory of pgbackrest that every user may write to',
  consequence:
    'Whoever gets into any account or container that sees it can remove or exchange every backup. The engine needs no such rights: ' +
    'it only wants the directory to belong to the user that it runs as.',
  correct: 'install -d -m 0750 -o postgres -g postgres /var/lib/pgbackrest',
  reproduction: `As a user that has nothing to do with the database:

\`\`\`
$ ls -ld /var/lib/pgbackrest
drwxrwxrwx 3 root root 4096 Nov 21 02:06 /var/lib/pgbackrest
$ id -un; mv /var/lib/pgbackrest/backup /var/lib/pgbackrest/gone; echo exit $?
nobody
exit 0
\`\`\``,
  source: 'pgBackRest user guide, "Create the Repository": chmod 750',
  *judge(project) {
    const known = pathsOf(project);
    for (const { commands } of project.commandLists)
      for (const { program, words } of commands) {
        if (program !== 'chmod' || !words.some((word) => isOpenMode(word.value))) continue;
        const target = words.slice(1).find((word) => isOfEngine(word, known));
        if (target !== undefined) yield { place: target, ...openProblem(target) };
      }
    for (const call of callsOf(project, 'file')) {
      const [path, mode] = [argumentOf(call, 'path', 'dest', 'name'), argumentOf(call, 'mode')];
      if (path === undefined || mode === undefined || !isOpenMode(mode.value) || !isOfEngine(path, known))
        continue;
      yield { place: path, ...openProblem(path) };
    }
  },
};

function openProblem(path: PlacedText): { readonly problem: string; readonly remedy: string } {
  return {
    problem: `every user may write to ${path.value}`,
    remedy: 'give it to the user that pgbackrest runs as, with the mode 0750.',
  };
}

/** Others may write, and no sticky bit keeps them from what is not theirs. */
function isOpenMode(text: string): boolean {
  return /^0?0?[0-7]{2}[2367]$/.test(text) || /^(?:a|o|ugo|go)[+=]\w*w/.test(text);
}

function isOfEngine({ value, unknown }: PlacedText, known: ReadonlySet<string>): boolean {
  const path = value.replace(/\/+$/, '');
  return !unknown && (known.has(path) || /^\/(?!tmp\/).*pgbackrest(?:\/|$)/.test(path));
}

function pathsOf(project: LintProject): ReadonlySet<string> {
  const settings = project.engineFiles.flatMap((file) => file.settings);
  return new Set(
    settings
      .filter(
        ({ name, value }) => /^(?:repo\d+-path|spool-path|log-path)$/.test(name.value) && !value.unknown,
      )
      .map(({ value }) => value.value.replace(/\/+$/, '')),
  );
}
