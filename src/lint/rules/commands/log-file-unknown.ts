import { commandsOf } from '../../../model/option-table.ts';
import type { Invocation } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';

/** Programs that show what is in a file. */
const readers = new Set([
  'cat',
  'tail',
  'head',
  'less',
  'more',
  'grep',
  'zgrep',
  'zcat',
  'awk',
  'sed',
  'vim',
  'vi',
  'nano',
  'view',
  'wc',
]);

export const logFileUnknown: LintRule = {
  name: 'log-file-unknown',
  severity: 'warning',
  title: 'a log file that pgbackrest never writes',
  consequence:
    'The engine names its logs `<stanza>-<command>.log` (`all-<command>.log` without a stanza, `…-async.log` for asynchronous ' +
    'archiving). Whoever looks for another name in an emergency finds nothing, and a monitor that reads it is blind.',
  correct: 'tail -n 50 /var/log/pgbackrest/main-backup.log',
  reproduction: `pgBackRest 2.45, after a stanza-create, backups, a restore and a verify:

\`\`\`
$ ls /var/log/pgbackrest
all-stop.log     main-expire.log   main-stanza-create.log
main-backup.log  main-restore.log  main-verify.log
\`\`\``,
  source: 'pgBackRest configuration reference, log-path',
  *judge(project) {
    const written = writtenFiles(project);
    for (const list of project.commandLists)
      for (const command of list.commands) {
        if (!readers.has(command.program)) continue;
        for (const word of command.words.slice(1)) {
          if (word.unknown || !isForeignLog(word.value) || written.has(word.value)) continue;
          yield {
            place: word,
            problem: `pgbackrest writes no log named ${word.value.slice(word.value.lastIndexOf('/') + 1)}`,
            remedy: 'read <stanza>-backup.log, <stanza>-restore.log and so on.',
          };
        }
      }
  },
};

/** Somebody's own log, which a redirection makes. */
function writtenFiles(project: LintProject): ReadonlySet<string> {
  const targets = (command: Invocation): readonly string[] =>
    [
      ...command.redirections.map((part) => /^\d*&?>>?\s*["']?([^"'\s]+)/.exec(part.value)?.[1] ?? ''),
      ...(command.program === 'tee' ? command.words.slice(1).map((word) => word.value) : []),
    ].filter((target) => target !== '');
  return new Set(project.commandLists.flatMap((list) => list.commands.flatMap(targets)));
}

function isForeignLog(path: string): boolean {
  const name = /\/pgbackrest\/(?:.*\/)?([^/]+)\.log$/.exec(path)?.[1];
  if (name === undefined || /[*?[\]{}$]/.test(name)) return false;
  // A name without a command of the engine in it is not taken for one of its logs: somebody's own script writes it.
  if (!commandsOf().some((command) => name.split(/[-_.]/).includes(command))) return false;
  return !commandsOf().some((command) => name.endsWith(`-${command}`) || name.endsWith(`-${command}-async`));
}
