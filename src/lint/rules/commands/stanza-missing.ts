import { isTakenBy, optionNamed } from '../../../model/option-table.ts';
import { rulesOf } from '../../../engine/resolve/option-rules.ts';
import type { LintRule } from '../../lint-rule.ts';
import { argumentNamed, hasOpenWords, isServerCommand } from './engine-calls.ts';

export const stanzaMissing: LintRule = {
  name: 'stanza-missing',
  severity: 'warning',
  title: 'a command without the stanza that it needs',
  consequence:
    'The engine ends with [037]. A stanza cannot be set in the file; only `--stanza` and PGBACKREST_STANZA give it.',
  correct: 'pgbackrest --stanza=main backup',
  reproduction: `pgBackRest 2.45, 2.55 and 2.60 (check needs none from 2.48 on):

\`\`\`
$ pgbackrest backup
ERROR: [037]: backup command requires option: stanza
$ pgbackrest archive-push /x
ERROR: [037]: archive-push command requires option: stanza
\`\`\``,
  source: 'pgBackRest, src/build/config/config.yaml, option stanza',
  *judge(project) {
    const option = optionNamed('stanza', project.engineVersion);
    if (option === undefined || project.variables.some(({ name }) => name.value === 'PGBACKREST_STANZA'))
      return;
    for (const call of project.engineInvocations) {
      const { command, invocation } = call;
      // What a container has in its environment is not to be seen from outside; archive_command has a rule of its own.
      if (command === undefined || isServerCommand(invocation.script) || isInContainer(invocation.wrappers))
        continue;
      if (!isTakenBy(option, command.value) || !rulesOf(option, command.value).required) continue;
      if (argumentNamed(call, 'stanza') !== undefined || hasOpenWords(call)) continue;
      if (call.options.some((one) => 'stanza'.startsWith(one.name.value) || one.name.unknown)) continue;
      if (invocation.assignments.some(({ name }) => name.value === 'PGBACKREST_STANZA')) continue;
      yield {
        place: command,
        problem: `${command.value} is called without a stanza`,
        remedy: 'add --stanza=NAME, or set PGBACKREST_STANZA for it.',
        engineError: 37,
        severity: ['backup', 'restore'].includes(command.value) ? 'critical' : undefined,
      };
    }
  },
};

function isInContainer(wrappers: readonly string[]): boolean {
  return wrappers.some((wrapper) => /^(?:docker|podman|nerdctl|kubectl|oc|lxc|incus|pct)\b/.test(wrapper));
}
