import { readOptionName } from '../../../engine/resolve/read-option-name.ts';
import type { EngineVersion } from '../../../model/engine-version.ts';
import { nearestName } from '../../../model/nearest-name.ts';
import { isTakenBy, optionNamed, optionsOf } from '../../../model/option-table.ts';
import type { Severity } from '../../../model/finding.ts';
import type { EngineInvocation } from '../../facts.ts';
import type { Fix } from '../../lint-finding.ts';
import type { LintRule } from '../../lint-rule.ts';
import { judgeArguments, type ArgumentProblem } from './judge-arguments.ts';

/** Commands without which nothing can be brought back. */
const vital = new Set(['backup', 'archive-push', 'archive-get', 'restore', 'stanza-create']);

export const engineOptionRefused: LintRule = {
  name: 'engine-option-refused',
  severity: 'warning',
  title: 'an option that the command does not take',
  consequence:
    'The engine reads all options before it does anything, and ends with [031] at the first that does not exist in this ' +
    'version or that this command does not take. Nothing of what was asked for is done.',
  correct:
    'pgbackrest --stanza=main check\npgbackrest --stanza=main --repo=2 info\npgbackrest --stanza=main --dry-run expire',
  reproduction: `pgBackRest 2.45, and the same with 2.55 and 2.60:

\`\`\`
$ pgbackrest --stanza=main --dry-run restore
ERROR: [031]: option 'dry-run' not valid for command 'restore'
$ pgbackrest --stanza=main --repo=2 check
ERROR: [031]: option 'repo' not valid for command 'check'
$ pgbackrest --stanza=main --set=20240101-120000F backup
ERROR: [031]: option 'set' not valid for command 'backup'
$ pgbackrest --stanza=main -- backup
ERROR: [031]: invalid option '--'
$ pgbackrest --stanza=main --target="2024-01-01 12:00:00+00" restore
ERROR: [031]: option 'target' not valid without option 'type' in ('lsn', 'name', 'time', 'xid')
\`\`\``,
  source: 'pgBackRest, src/config/parse.c and src/build/config/config.yaml',
  *judge(project) {
    for (const call of project.engineInvocations)
      for (const found of judgeArguments(call, project.engineVersion)) {
        if (found.code !== 31 || found.secret) continue;
        yield {
          place: found.argument.name,
          problem: problemOf(call, found),
          remedy: remedyOf(call, found, project.engineVersion),
          engineError: 31,
          severity: severityOf(call, found),
          fix: isNeedless(call, found) ? removalOf(found) : undefined,
        };
      }
  },
};

export const engineValueRefused: LintRule = {
  name: 'engine-value-refused',
  severity: 'warning',
  title: 'a value on the command line that the engine refuses',
  consequence:
    'The engine ends with [032] before it does anything when a value is not of the option’s type, not in its range, or not ' +
    'one of those that the option has for this command: `--type` of backup knows full, diff and incr, that of restore knows ' +
    'none of these.',
  correct:
    'pgbackrest --stanza=main --type=full backup\npgbackrest --stanza=main --pg1-path=/var/lib/postgresql/15/main restore',
  reproduction: `pgBackRest 2.60 (2.45 without the hints):

\`\`\`
$ pgbackrest --stanza=main --type=incremental backup
ERROR: [032]: 'incremental' is not allowed for 'type' option
       HINT: allowed values are 'full', 'diff', 'incr'
$ pgbackrest --stanza=main --type=full restore
ERROR: [032]: 'full' is not allowed for 'type' option
$ pgbackrest --stanza=main --pg1-path=data restore
ERROR: [032]: 'data' must begin with / for 'pg1-path' option
$ pgbackrest --stanza=main --delta=true restore
ERROR: [032]: boolean option '--delta' argument must be 'y' or 'n'
\`\`\``,
  source: 'pgBackRest, src/config/parse.c and src/build/config/config.yaml',
  *judge(project) {
    for (const call of project.engineInvocations)
      for (const { argument, code, problem } of judgeArguments(call, project.engineVersion)) {
        if (code !== 32) continue;
        yield {
          place: argument.value ?? argument.name,
          problem: `--${argument.name.value} of ${call.command?.value}: ${problem}`,
          remedy: 'give a value that the engine takes here.',
          engineError: 32,
          severity: vital.has(call.command?.value ?? '') ? 'critical' : undefined,
        };
      }
  },
};

export const secretOnCommandLine: LintRule = {
  name: 'secret-on-command-line',
  severity: 'critical',
  title: 'a secret on the command line',
  consequence:
    'Every user of the host reads the arguments of every process, and shells keep them in their history. The engine refuses ' +
    'secrets there with [031], so that the command does nothing; but then it has been seen.',
  correct: '# /etc/pgbackrest/conf.d/secrets.conf, mode 0600\n[global]\nrepo1-cipher-pass=…',
  reproduction: `pgBackRest 2.45, 2.55 and 2.60:

\`\`\`
$ pgbackrest --stanza=main --repo1-cipher-pass=abc info
ERROR: [031]: option 'repo1-cipher-pass' is not allowed on the command-line
       HINT: this option could expose secrets in the process list.
       HINT: specify the option in a configuration file or an environment variable instead.
\`\`\``,
  source: 'pgBackRest, src/config/parse.c; proc(5), /proc/pid/cmdline',
  *judge(project) {
    for (const call of project.engineInvocations)
      for (const option of call.options) {
        const reading = readOptionName(option.name.value, project.engineVersion);
        if (reading.kind !== 'option' || reading.option.secure !== true || option.value === undefined)
          continue;
        yield {
          place: option.value,
          problem: `--${option.name.value} is a secret and stands on the command line`,
          remedy: 'put it into a file of mode 0600 in conf.d, and change the secret if it is a real one.',
          engineError: 31,
          secret: true,
        };
      }
  },
};

function problemOf(call: EngineInvocation, { argument, problem }: ArgumentProblem): string {
  const name = argument.name.value.replace(/^-*/, (dashes) => (dashes === '' ? '--' : dashes));
  return problem.endsWith('does not take it')
    ? `${call.command?.value} does not take ${name}`
    : `${name} of ${call.command?.value}: ${problem}`;
}

/** Takes the word out, with the blank before it; where quotes are in it, people do that better. */
function removalOf({ argument }: ArgumentProblem): Fix | undefined {
  const { document, start } = argument.name;
  const end = argument.value?.end ?? argument.name.end;
  const word = document.text.slice(start - 3, end + 1);
  if (!/^ --[a-z0-9-]+(?:[= ][\w./:-]+)?(?:\s|$)$/.test(word)) return undefined;
  return { place: { document, start: start - 3, end }, replacement: '' };
}

/** A dry run that does not run harms nobody. */
function severityOf(call: EngineInvocation, { argument }: ArgumentProblem): Severity | undefined {
  return vital.has(call.command?.value ?? '') && argument.name.value !== 'dry-run' ? 'critical' : undefined;
}

function remedyOf(
  call: EngineInvocation,
  { argument, problem }: ArgumentProblem,
  version: EngineVersion,
): string {
  const command = call.command?.value ?? '';
  const name = argument.name.value;
  const special = remedies[`${command} ${name}`];
  if (special !== undefined) return special;
  if (problem.startsWith('it is not valid without'))
    return 'give the option that it belongs to, or leave it out.';
  const reading = readOptionName(name, version, true);
  if (reading.kind === 'option') {
    const others = reading.option.commands.filter((other) => other !== command);
    return `leave it out: it is an option of ${others.slice(0, 6).join(', ')}.`;
  }
  const later = optionNamed(name.replace(/^(pg|repo)\d+/, '$1'));
  if (later?.since !== undefined) return `leave it out, or use pgBackRest ${later.since} or newer.`;
  const near = nearestName(
    name,
    optionsOf(version)
      .filter((option) => isTakenBy(option, command))
      .map((option) => option.name),
  );
  return near === undefined ? 'leave it out.' : `leave it out; did you mean --${near}?`;
}

/** Without the option the command does what was meant. */
function isNeedless(call: EngineInvocation, { argument }: ArgumentProblem): boolean {
  return (
    argument.name.value === 'repo' &&
    ['check', 'archive-push', 'stanza-create'].includes(call.command?.value ?? '')
  );
}

const remedies: Readonly<Record<string, string>> = {
  'restore dry-run':
    'leave --dry-run out of a restore: only expire has it. `holdfast restore --plan` shows what a restore would do.',
  'check repo': 'leave --repo out: check looks at all repositories.',
  'archive-push repo': 'leave --repo out: archive-push goes to all repositories.',
  'stanza-create repo': 'leave --repo out: stanza-create makes the stanza in all repositories.',
  'backup set': 'leave --set out: the engine chooses which backup a diff or incr follows.',
};
