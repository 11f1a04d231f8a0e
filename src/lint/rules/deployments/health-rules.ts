import type { YamlValue } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlItems, yamlText } from '../../readers/yaml/yaml-path.ts';
import { commandOutcomes } from '../server/command-outcomes.ts';
import { runHealthCheck } from '../server/run-program.ts';
import { containersOf, isPlainPostgres, mentionsEngine, type Container } from './containers.ts';

export const healthCheckNeverFails: LintRule = {
  name: 'health-check-never-fails',
  severity: 'warning',
  title: 'a health check cannot fail',
  consequence:
    'The container is healthy for ever, whatever becomes of the backups: `pgbackrest info` and `pgbackrest version` end with 0 ' +
    'also when there is no stanza, no backup, or an error in the repository.',
  correct: `healthcheck:
  test: ["CMD-SHELL", "pgbackrest --stanza=main info --output=json | jq -e '.[0].status.code == 0'"]`,
  reproduction: `pgBackRest 2.45 and 2.60:

\`\`\`
$ pgbackrest --stanza=nosuch info; echo $?
stanza: nosuch
    status: error (missing stanza path)
0
\`\`\``,
  source: 'pgBackRest, src/command/info/info.c; Command Reference, info',
  *judge(project) {
    for (const container of containersOf(project)) {
      if (!mentionsEngine(container) && !isPlainPostgres(container.image)) continue;
      for (const test of testsOf(container)) {
        if (test.value.trim() === '' || test.value.trim() === 'NONE') continue;
        const outcomes = commandOutcomes(test, 'container', runHealthCheck);
        if (outcomes === undefined || outcomes.some(({ status }) => status === 'nonzero')) continue;
        yield {
          place: test,
          problem: `this health check always ends with 0: ${outcomes[0]?.trace.at(-1) ?? 'it does nothing'}`,
          remedy:
            'look into the JSON of `info --output=json` (status.code, and the age of the newest backup) and let the check ' +
            'fail; for a database use pg_isready.',
        };
      }
    }
  },
};

function testsOf({ value, platform }: Container): readonly PlacedText[] {
  if (platform === 'compose') return composeTest(yamlAt(value, 'healthcheck', 'test'));
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) => {
    const command = yamlAt(value, probe, 'exec', 'command');
    return command === undefined ? [] : wordsText(command, yamlItems(command));
  });
}

function composeTest(test: YamlValue | undefined): readonly PlacedText[] {
  if (test === undefined) return [];
  const line = yamlText(test);
  if (line !== undefined) return [line];
  const [form, ...rest] = yamlItems(test);
  const first = yamlText(rest[0]);
  if (yamlText(form)?.value === 'CMD-SHELL') return first === undefined ? [] : [first];
  return yamlText(form)?.value === 'CMD' ? wordsText(test, rest) : [];
}

/** A line of shell that means these words. */
function wordsText(whole: YamlValue, items: readonly YamlValue[]): readonly PlacedText[] {
  const words = items.flatMap((item) => yamlText(item) ?? []);
  if (words.length === 0) return [];
  const value = words.map((word) => `'${word.value.replaceAll("'", `'\\''`)}'`).join(' ');
  return [{ ...whole.place, value, unknown: words.some((word) => word.unknown) }];
}
