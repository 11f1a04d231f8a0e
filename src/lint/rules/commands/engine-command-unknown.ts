import { nearestName } from '../../../model/nearest-name.ts';
import { commandsOf } from '../../../model/option-table.ts';
import type { EngineInvocation } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { hasOpenWords } from './engine-calls.ts';
import { takenCommands } from './judge-arguments.ts';

/** Commands that people know from other programs, and what they are here. */
const meant: Readonly<Record<string, string>> = {
  list: 'info',
  ls: 'info',
  status: 'info',
  show: 'info',
  'list-backups': 'info',
  create: 'stanza-create',
  init: 'stanza-create',
  delete: 'expire --set',
  prune: 'expire',
  purge: 'expire',
  validate: 'verify',
  recover: 'restore',
  'delete-backup': 'expire --set',
};

/** Commands with words of their own after them. */
const takesParameters = new Set([
  'archive-get',
  'archive-push',
  'help',
  'repo-get',
  'repo-ls',
  'repo-put',
  'repo-rm',
  'repo-create',
  'server-ping',
  'manifest',
]);

export const engineCommandUnknown: LintRule = {
  name: 'engine-command-unknown',
  severity: 'critical',
  title: 'a command that pgbackrest does not have',
  consequence: 'The engine ends with [048] and does nothing.',
  correct: 'pgbackrest --stanza=main info',
  reproduction: `pgBackRest 2.45, 2.55 and 2.60:

\`\`\`
$ pgbackrest --stanza=main bakcup
ERROR: [048]: invalid command 'bakcup'
\`\`\``,
  source: 'pgBackRest, src/config/parse.c',
  *judge(project) {
    const known = takenCommands(project.engineVersion);
    for (const { command } of project.engineInvocations) {
      if (command === undefined || command.unknown || known.has(command.value)) continue;
      const people = commandsOf(project.engineVersion);
      const near = nearestName(command.value, people) ?? meant[command.value];
      yield {
        place: command,
        problem: `pgbackrest has no command ${command.value}`,
        remedy: near === undefined ? `use one of ${people.join(', ')}.` : `did you mean ${near}?`,
        engineError: 48,
      };
    }
  },
};

export const engineCommandMissing: LintRule = {
  name: 'engine-command-missing',
  severity: 'critical',
  title: 'options for pgbackrest, but no command',
  consequence: 'The engine ends with [030] and does nothing.',
  correct: 'pgbackrest --stanza=main --type=full backup',
  reproduction: `pgBackRest 2.45, 2.55 and 2.60:

\`\`\`
$ pgbackrest --stanza=main --type=full
ERROR: [030]: no command found
\`\`\``,
  source: 'pgBackRest, src/config/parse.c',
  *judge(project) {
    for (const call of project.engineInvocations) {
      if (call.command !== undefined || call.options.length === 0) continue;
      const isHelp = call.options.some((option) =>
        ['help', 'version', '-h', '-v'].includes(option.name.value),
      );
      if (isHelp || call.options.some((option) => option.name.unknown)) continue;
      yield {
        place: call.invocation.place,
        problem: 'no command is given to pgbackrest',
        remedy: 'name the command: backup, restore, info …',
        engineError: 30,
      };
    }
  },
};

export const engineParameterRefused: LintRule = {
  name: 'engine-parameter-refused',
  severity: 'warning',
  title: 'a word after a command that takes none',
  consequence:
    'The engine ends with [096] and does nothing. In ExecStart= of a unit, `||`, `&&`, `|` and `>` are such words: systemd has ' +
    'no shell between itself and the program.',
  correct: 'pgbackrest --stanza=main backup',
  reproduction: `pgBackRest 2.45, 2.55 and 2.60:

\`\`\`
$ pgbackrest --stanza=main info extra
ERROR: [096]: command does not allow parameters
\`\`\``,
  source: 'pgBackRest, src/config/parse.c; systemd.service(5), "Command lines"',
  *judge(project) {
    for (const call of project.engineInvocations) {
      const [first] = call.parameters;
      const command = call.command?.value ?? '';
      if (first === undefined || first.unknown || hasOpenWords(call)) continue;
      if (takesParameters.has(command) || !takenCommands(project.engineVersion).has(command)) continue;
      yield {
        place: first,
        problem: `${command} takes no word such as ${first.value}`,
        remedy: remedyOf(call, first.value),
        engineError: 96,
        severity: command === 'backup' || command === 'restore' ? 'critical' : undefined,
      };
    }
  },
};

function remedyOf(call: EngineInvocation, word: string): string {
  if (/^[|&;<>]/.test(word) && call.invocation.use === 'unit')
    return "run it through a shell: ExecStart=/bin/sh -c '…'.";
  return /^(?:full|diff|incr)$/.test(word)
    ? `write --type=${word}.`
    : 'leave it out, or write it as an option.';
}
