import { isTakenBy, optionNamed } from '../../../model/option-table.ts';
import type { LintRule } from '../../lint-rule.ts';
import { argumentNamed } from './engine-calls.ts';

export const repositoryNotThere: LintRule = {
  name: 'repository-not-there',
  severity: 'critical',
  title: 'a repository number that the configuration does not have',
  consequence:
    'The engine ends with [032]: the number after `--repo` is that of the options in its configuration, and there is none with ' +
    'this number. Pigsty writes only the repository that pgbackrest_method names, and always as repo1.',
  correct: 'repo1-path=/var/lib/pgbackrest\nrepo2-type=s3\n…',
  reproduction: `pgBackRest 2.45, 2.55 and 2.60, only repo1-* in the file:

\`\`\`
$ pgbackrest --stanza=main --type=diff --repo=7 backup
ERROR: [032]: key '7' is not valid for 'repo' option
\`\`\``,
  source: 'pgBackRest, src/config/parse.c; Pigsty 4.5, roles/pgsql/templates/pgbackrest.conf',
  *judge(project) {
    const names = [
      ...project.engineFiles.flatMap((file) => file.settings.map((setting) => setting.name.value)),
      ...project.variables.map(({ name }) =>
        name.value
          .replace(/^PGBACKREST_/, '')
          .toLowerCase()
          .replaceAll('_', '-'),
      ),
      ...project.engineInvocations.flatMap((call) => call.options.map((option) => option.name.value)),
    ];
    const repo = optionNamed('repo', project.engineVersion);
    const keys = new Set(names.flatMap((name) => /^repo(\d+)-/.exec(name)?.[1] ?? []));
    // A file without any repository, or with open names, does not tell how many there are.
    if (
      keys.size === 0 ||
      !inFiles(project.engineFiles) ||
      names.some((name) => /repo(?:\{|\$|<)/.test(name))
    )
      return;
    for (const call of project.engineInvocations) {
      const value = argumentNamed(call, 'repo')?.value;
      // Elsewhere the option itself is refused.
      if (repo === undefined || !isTakenBy(repo, call.command?.value ?? '')) continue;
      if (value === undefined || value.unknown || !/^[1-9]\d*$/.test(value.value) || keys.has(value.value))
        continue;
      yield {
        place: value,
        problem: `there is no repo${value.value} in the configuration, only repo${[...keys].join(', repo')}`,
        remedy: `configure repo${value.value}-*, or name a repository that there is.`,
        engineError: 32,
      };
    }
  },
};

function inFiles(
  files: readonly { readonly settings: readonly { readonly name: { readonly value: string } }[] }[],
): boolean {
  return files.some((file) =>
    file.settings.some((setting) => /^repo\d+-(?:type|path|host|s3-bucket)$/.test(setting.name.value)),
  );
}
