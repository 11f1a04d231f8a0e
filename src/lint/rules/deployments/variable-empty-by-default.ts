import type { LintRule } from '../../lint-rule.ts';

/** Integration 4's containers get every variable of every kind of repository, most of them empty. */
export const variableEmptyByDefault: LintRule = {
  name: 'engine-variable-empty-by-default',
  severity: 'critical',
  title: 'a PGBACKREST_ variable becomes empty when the variable it is made of is not set',
  consequence:
    'The engine reads every PGBACKREST_ variable as an option, and an empty one is an error: every command in that container ' +
    'ends with [032], archive-push among them.',
  correct: 'environment:\n  PGBACKREST_REPO1_S3_KEY: ${S3_KEY:?S3_KEY is not set}',
  reproduction: `pgBackRest 2.45 and 2.60:

\`\`\`
$ PGBACKREST_REPO1_S3_KEY= pgbackrest --stanza=main info
ERROR: [032]: environment variable 'repo1-s3-key' must have a value
\`\`\``,
  source: 'pgBackRest, src/config/parse.c; Compose Specification, "Interpolation"',
  *judge(project) {
    for (const variable of project.variables) {
      if (!variable.name.value.startsWith('PGBACKREST_')) continue;
      if (!/^\$\{\w+:?-\}$/.test(variable.value.value.trim())) continue;
      yield {
        place: variable.value,
        problem: `${variable.name.value} is empty when ${variable.value.value} is not set`,
        remedy:
          'make the variable required with `${NAME:?}`, or write the option into a file only when it is used.',
        engineError: 32,
      };
    }
  },
};
