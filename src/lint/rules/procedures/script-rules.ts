import type { Invocation, Variable } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { callsOf, dependentOf, isServerCommand, pipelineOf } from '../commands/engine-calls.ts';

export const epochReadAsDate: LintRule = {
  name: 'epoch-read-as-date',
  severity: 'critical',
  title: 'seconds since 1970 given to date without @',
  consequence:
    'The times in `info --output=json` are seconds since 1970. `date -d` takes them for a date, fails, and prints nothing; the ' +
    'arithmetic round it then fails or compares with nothing. A monitor that is made of it says the same for a fresh backup and ' +
    'for none at all.',
  correct:
    'age=$(( $(date +%s) - $(pgbackrest --stanza=main --output=json info | jq -e ".[0].backup[-1].timestamp.stop") ))',
  reproduction: `GNU date 9.1:

\`\`\`
$ date -d 1763680441 +%s
date: invalid date ‘1763680441’
$ date -d @1763680441 +%s
1763680441
\`\`\``,
  source: 'pgBackRest command reference, info, --output=json; date(1)',
  *judge(project) {
    for (const list of project.commandLists)
      for (const command of list.commands) {
        if (command.program !== 'date') continue;
        const at = command.words.findIndex((word) => ['-d', '--date'].includes(word.value));
        const word =
          at < 0 ? command.words.find(({ value }) => value.startsWith('--date=')) : command.words[at + 1];
        const name = /^(?:--date=)?\$\{?(\w+)\}?$/.exec(word?.value ?? '')?.[1];
        const source = name === undefined ? undefined : engineVariable(project, command, name);
        if (word === undefined || source === undefined || !/timestamp/.test(source.value.value)) continue;
        yield {
          place: word,
          problem: `$${name} is a number of seconds, which date takes for a date`,
          remedy: `write @$${name}, or leave date out and use the number.`,
        };
      }
  },
};

export const jqNullNotEmpty: LintRule = {
  name: 'jq-null-not-empty',
  severity: 'warning',
  title: 'a test for an empty string where jq prints null',
  consequence:
    '`jq -r` prints the word `null` for what is not there, and exits with 0. A test with `-z` never sees that there is no backup.',
  correct: `last=$(pgbackrest --stanza=main --output=json info | jq -er '.[0].backup[-1].timestamp.stop') || exit 2`,
  reproduction: `jq 1.6; what info prints for a stanza without backups:

\`\`\`
$ echo '[]' | jq -r '.[0].backup[-1].timestamp.stop'
null
$ [ -z null ]; echo $?
1
\`\`\``,
  source: 'jq manual, --raw-output and --exit-status',
  *judge(project) {
    for (const list of project.commandLists)
      for (const command of list.commands) {
        if (!['[', '[[', 'test'].includes(command.program)) continue;
        const at = command.words.findIndex((word) => word.value === '-z' || word.value === '-n');
        const name = /^\$\{?(\w+)\}?$/.exec(command.words[at + 1]?.value ?? '')?.[1];
        const source = at < 0 || name === undefined ? undefined : engineVariable(project, command, name);
        if (source === undefined || !printsNull(source.value.value) || looksForNull(command, name ?? ''))
          continue;
        yield {
          place: command.place,
          problem: `$${name} is "null" and not empty when jq finds nothing`,
          remedy: 'give jq -e and look at its exit status, or end the filter with `// empty`.',
        };
      }
  },
};

export const engineErrorsHidden: LintRule = {
  name: 'engine-errors-hidden',
  severity: 'warning',
  title: 'errors of a backup or a monitor that go to /dev/null',
  consequence:
    'What goes wrong is said there: a lock, a repository that is full, a key that expired. Where it is thrown away, cron sends no ' +
    'mail, the journal is empty, and a monitor cannot tell "no backup" from "cannot reach the repository".',
  correct: '0 2 * * 0 pgbackrest --stanza=main --log-level-console=warn --type=full backup',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main --type=incr backup >/dev/null 2>&1; echo exit $?
exit 50
\`\`\``,
  source:
    'pgBackRest configuration reference, log-level-console and log-level-stderr; cron(8): output is mailed',
  *judge(project) {
    // What `info` has to say of a stanza stands in its output, which whoever hides the errors looks at.
    for (const { invocation, command } of callsOf(project, 'backup', 'verify', 'expire', 'check')) {
      if (isServerCommand(invocation.script)) continue;
      // A command whose exit status is looked at may be quiet, and the caller of a script may look at a backup's.
      const isInScript = command?.value === 'backup' && invocation.use === 'shell';
      if (isInScript || (pipelineOf(invocation).length === 1 && dependentOf(invocation) !== undefined))
        continue;
      // Its own redirections: those of what reads its output are another program's.
      const [hidden] = hidesErrors(invocation);
      if (hidden === undefined) continue;
      yield {
        place: hidden,
        problem: `errors of ${command?.value} are thrown away`,
        remedy: 'leave the redirection out, or let the errors go to a log that somebody reads.',
      };
    }
  },
};

export const backupFailureSwallowed: LintRule = {
  name: 'backup-failure-swallowed',
  severity: 'critical',
  title: 'a backup that cannot fail',
  consequence:
    'With `|| true` behind it (or `|| exit 0`) a backup that failed looks like one that was made: to cron, to systemd, to ' +
    'Kubernetes, and to `set -e`. Backups can be missing for weeks.',
  correct: 'pgbackrest --stanza=main --type=full backup',
  reproduction: `pgBackRest 2.45, while another backup runs:

\`\`\`
$ pgbackrest --stanza=main backup || true; echo exit $?
ERROR: [050]: unable to acquire lock on file '/tmp/pgbackrest/main-backup.lock': Resource temporarily unavailable
exit 0
\`\`\``,
  source: 'POSIX Shell Command Language, 2.9.3 OR Lists',
  *judge(project) {
    for (const { invocation, command } of callsOf(project, 'backup', 'stanza-upgrade')) {
      const last = pipelineOf(invocation).at(-1) ?? invocation;
      const next = dependentOf(last);
      if (next?.after !== '||' || !succeeds(next)) continue;
      yield {
        place: next.place,
        problem: `a ${command?.value} that failed looks like one that was made`,
        remedy: `leave \`|| ${next.words.map((word) => word.value).join(' ')}\` out, and let the failure be seen.`,
      };
    }
  },
};

function succeeds({ program, words }: Invocation): boolean {
  return ['true', ':'].includes(program) || (['exit', 'return'].includes(program) && words[1]?.value === '0');
}

/** The last assignment of a variable before a command, in its document, when it comes from the engine. */
function engineVariable(project: LintProject, command: Invocation, name: string): Variable | undefined {
  const { document, start } = command.place;
  const before = project.variables.filter(
    (variable) =>
      variable.name.document === document && variable.name.value === name && variable.name.start < start,
  );
  const last = before.at(-1);
  return last !== undefined && /\bpgbackrest\b/.test(last.value.value) ? last : undefined;
}

/** `jq -r` without `-e` and without an answer for nothing. */
function printsNull(value: string): boolean {
  const jq = /\bjq\s+([^|)]*)/.exec(value)?.[0] ?? '';
  if (!/\s-\w*r|--raw-output/.test(jq) || /\s-\w*e|--exit-status/.test(jq)) return false;
  return !/\/\/|\bempty\b|select\(/.test(value);
}

/** The script asks for the word as well. */
function looksForNull(command: Invocation, name: string): boolean {
  return command.script.commands.some(
    ({ program, words }) =>
      ['[', '[[', 'test'].includes(program) &&
      words.some((word) => word.value === 'null') &&
      words.some((word) => word.value.includes(name)),
  );
}

/** Where a command gives its errors, or everything, away. */
function hidesErrors({ redirections }: Invocation): Invocation['redirections'] {
  const toNull = redirections.filter((part) => /^(?:2>>?|&>>?)\s*\/dev\/null$/.test(part.value));
  const isQuiet = redirections.some((part) => /^1?>>?\s*\/dev\/null$/.test(part.value));
  const follows = redirections.filter((part) => isQuiet && part.value === '2>&1');
  return [...toNull, ...follows];
}
