import { isAtLeast } from '../../../model/engine-version.ts';
import type { CommandList, EngineInvocation, Schedule } from '../../facts.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { readEngineInvocation } from '../../readers/shell/read-engine-invocation.ts';
import { isSystemCrontab } from '../../readers/shell/read-crontab.ts';
import { readUnitFiles } from '../../readers/shell/read-unit-file.ts';
import { unitSettingOf } from '../../readers/shell/read-systemd-unit.ts';
import { argumentNamed } from './engine-calls.ts';

/** Run the program as whoever they are run by. */
const sameUser = /^(?:env|nice|ionice|time|timeout|nohup|flock|chronic|chrt|stdbuf)\b/;

export const engineRunByRoot: LintRule = {
  name: 'engine-run-by-root',
  severity: 'critical',
  title: 'pgbackrest is run by root, which it refuses from 2.59 on',
  consequence:
    'From 2.59 on every command but restore ends with [031] for root. Before, root leaves files in the repository and in the ' +
    'lock-path that the owner of the database may not open, so that archive-push fails later.',
  correct:
    '0 2 * * * postgres pgbackrest --stanza=main --type=full backup   # or sudo -u postgres, or User=postgres',
  reproduction: `pgBackRest 2.60, as root:

\`\`\`
$ pgbackrest --stanza=main info
ERROR: [031]: the 'info' command must not be run as the root user
       HINT: running as root can create files that the regular user cannot access, causing later commands to fail.
\`\`\`

\`check\`, \`backup\` and \`expire\` say the same; \`restore\` runs.`,
  source: 'pgBackRest 2.59, release notes ("Do not allow most commands to be run as root")',
  *judge(project) {
    if (!isAtLeast(project.engineVersion, 59) || allowsRoot(project)) return;
    yield* project.schedules.filter(isRootsLine).flatMap(({ commands }) => findingsIn(commands, 'cron'));
    yield* rootServices(project).flatMap((list) => findingsIn(list, 'systemd'));
    for (const call of project.engineInvocations)
      if (isBySudo(call) && isRefused(call)) yield { ...findingOf(call, 'sudo'), severity: 'warning' };
  },
};

function allowsRoot(project: LintProject): boolean {
  return (
    project.engineFiles.some(({ settings }) => settings.some(({ name }) => name.value === 'allow-root')) ||
    project.variables.some(({ name }) => name.value === 'PGBACKREST_ALLOW_ROOT')
  );
}

/** What stands between the expression and the command of a system crontab is the user. */
function isRootsLine({ syntax, expressions, commands }: Schedule): boolean {
  const [expression] = expressions;
  if (syntax !== 'cron' || expression === undefined || commands === undefined) return false;
  const { document } = commands.place;
  if (document.kind !== 'crontab' || expression.document !== document) return false;
  const user = document.text.slice(expression.end, commands.place.start).trim();
  return user === 'root' && (isSystemCrontab(document) || /^[a-z]/.test(user));
}

/** ExecStart= of services that name no user; what a drop-in adds to is not known. */
function rootServices(project: LintProject): readonly CommandList[] {
  const documents = project.documents.filter(
    ({ document }) =>
      document.kind === 'systemd-unit' &&
      !/\/user\/|\/\.config\//.test(document.destination ?? document.file),
  );
  return documents.flatMap(({ document, commandLists = [] }) =>
    readUnitFiles(document)
      .filter(({ isDropIn, entries }) => {
        const keys = new Set(
          entries.filter(({ section }) => section === 'Service').map(({ key }) => key.value),
        );
        return !isDropIn && keys.size > 0 && !keys.has('User') && !keys.has('DynamicUser');
      })
      .flatMap(({ entries }) =>
        commandLists.filter(
          (list) =>
            unitSettingOf(list)?.key.startsWith('ExecStart') === true &&
            entries.some(({ value }) => value.start <= list.place.start && list.place.end <= value.end),
        ),
      ),
  );
}

function findingsIn(list: CommandList | undefined, by: string): readonly RuleFinding[] {
  return (list?.commands ?? []).flatMap((command) => {
    const call = readEngineInvocation(command);
    const isRoots = command.wrappers.every((wrapper) => sameUser.test(wrapper));
    return call !== undefined && isRoots && isRefused(call) ? [findingOf(call, by)] : [];
  });
}

function isBySudo({ invocation: { wrappers } }: EngineInvocation): boolean {
  const others = wrappers.filter((wrapper) => !sameUser.test(wrapper));
  return (
    others.length > 0 && others.every((wrapper) => /^sudo\b(?!.*(?: -\w*[ug]|--user|--group))/.test(wrapper))
  );
}

function isRefused(call: EngineInvocation): boolean {
  const command = call.command;
  if (command === undefined || command.unknown || argumentNamed(call, 'allow-root') !== undefined)
    return false;
  return !['restore', 'help', 'version'].includes(command.value);
}

function findingOf({ invocation, command }: EngineInvocation, by: string): RuleFinding {
  return {
    place: invocation.place,
    problem: `${by} runs ${command?.value ?? 'pgbackrest'} as root, which pgBackRest refuses`,
    remedy: 'run it as the owner of the database: the user postgres.',
    engineError: 31,
  };
}
