import type { LintRule, RuleFamily } from '../lint-rule.ts';

/** Found by running the engine (judgeByEngine), not by looking at facts. */
const nothing: LintRule['judge'] = () => [];

export const engineRefuses: LintRule = {
  name: 'engine-refuses',
  severity: 'critical',
  title: 'the installed pgBackRest refuses the configuration for some of its commands',
  consequence:
    'Those commands end before they do anything. Others may run: a file can pass check and archive-push, and fail backup.',
  correct: 'repo1-retention-full-type=time',
  reproduction: `Holdfast lets the installed engine read a copy of the files once for each command, with values that lead nowhere in place of
paths, hosts and stores. By hand, for one command:

\`\`\`
$ pgbackrest --config=pgbackrest.conf --stanza=main expire
ERROR: [032]: 'days' is not allowed for 'repo1-retention-archive-type' option
\`\`\``,
  source: 'the engine itself',
  judge: nothing,
};

export const engineDisagrees: LintRule = {
  name: 'engine-disagrees',
  severity: 'advice',
  title: 'the installed pgBackRest judges the configuration otherwise than Holdfast',
  consequence: 'The engine is right. This is a fault of Holdfast: please report it with the line.',
  correct: '# nothing to correct',
  reproduction: `There is no known case: a test compares Holdfast's reading with the real pgBackRest 2.45 and 2.60 for random configurations.`,
  source: 'the engine itself',
  judge: nothing,
};

export const engineVerdictRules: RuleFamily = {
  title: "The engine's own verdict",
  rules: [engineRefuses, engineDisagrees],
};
