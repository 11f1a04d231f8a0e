import { describe } from 'vitest';
import { type RuleCase, tryCases } from '../../../../test/support/rule-cases.ts';
import type { LintRule } from '../../lint-rule.ts';
import { variableRules } from './environment-variables.ts';

const variableNamed = (name: string): LintRule =>
  variableRules.find((rule) => rule.name === name) as LintRule;
const env = (...lines: string[]) => ({ '.env': `${lines.join('\n')}\n` });

const environment: readonly RuleCase[] = [
  [
    'a variable of ours',
    variableNamed('variable-not-an-option'),
    env('PGBACKREST_ENABLED=true'),
    ['1: PGBACKREST_ENABLED'],
  ],
  [
    'variables that are options',
    variableNamed('variable-not-an-option'),
    env('PGBACKREST_STANZA=main', 'PGBACKREST_REPO1_PATH=/x'),
    [],
  ],
  [
    'an old name',
    variableNamed('variable-becomes-option'),
    env('PGBACKREST_RETENTION_FULL=14'),
    ['1: PGBACKREST_RETENTION_FULL'],
  ],
  [
    'the present name',
    variableNamed('variable-becomes-option'),
    env('PGBACKREST_REPO1_RETENTION_FULL=14'),
    [],
  ],
  ['none as a type', variableNamed('variable-refused'), env('PGBACKREST_REPO1_TYPE=none'), ['1: none']],
  [
    'a type',
    variableNamed('variable-refused'),
    env('PGBACKREST_REPO1_TYPE=s3', 'PGBACKREST_REPO1_PATH=${P}'),
    [],
  ],
  [
    'an empty one',
    variableNamed('variable-empty'),
    env('PGBACKREST_REPO1_S3_KEY='),
    ['1: PGBACKREST_REPO1_S3_KEY'],
  ],
  [
    'an empty one of another program',
    variableNamed('variable-empty'),
    env('S3_KEY=', 'PGBACKREST_ENABLED='),
    [],
  ],
  [
    'a file that hides conf.d',
    variableNamed('config-variable-hides-includes'),
    {
      ...env('PGBACKREST_CONFIG=/etc/pgbackrest/pgbackrest.conf'),
      'pgbackrest/conf.d/x.conf': '[global]\ndelta=y\n',
    },
    ['1: PGBACKREST_CONFIG'],
  ],
  [
    'both named',
    variableNamed('config-variable-hides-includes'),
    {
      ...env('PGBACKREST_CONFIG=/a', 'PGBACKREST_CONFIG_INCLUDE_PATH=/b'),
      'pgbackrest/conf.d/x.conf': '[global]\ndelta=y\n',
    },
    [],
  ],
];

describe('rules about variables', () => {
  tryCases(variableRules, [...environment]);
});
