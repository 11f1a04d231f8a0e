import type { EngineFile, EngineSetting } from '../../facts.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { knownSettings } from './known-settings.ts';
import { isMiswritten, judgeAlone } from './option-values.ts';
import { resolveFile } from './resolved-files.ts';

/** Other rules say this with more words. */
const saidElsewhere = /stands more than once|the same option|it needs an index|have the same path/;

export const optionsContradict: LintRule = {
  name: 'options-contradict',
  severity: 'critical',
  title: 'options that the engine does not take together',
  consequence:
    'Each of them is good for itself, and the commands that take both end with [032], [031] or [027]: protocol-timeout not ' +
    'greater than db-timeout, a bucket with dots and host style, pg and repository both on other hosts, a feature that is ' +
    'beta in this version.',
  correct: 'db-timeout=1800\nprotocol-timeout=1830',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ grep timeout /etc/pgbackrest/pgbackrest.conf
db-timeout=600
protocol-timeout=300
$ pgbackrest --stanza=main check
ERROR: [032]: '300' is not valid for 'protocol-timeout' option
       HINT 'protocol-timeout' option (300) should be greater than 'db-timeout' option (600).
\`\`\`

\`repo1-host\` in [global] and \`pg1-host\` in [main]:

\`\`\`
ERROR: [027]: pg and repo hosts cannot both be configured as remote
\`\`\``,
  source: 'pgBackRest, src/config/load.c, cfgLoadUpdateOption()',
  *judge(project) {
    for (const [setting, { code, problem, commands }] of contradictions(project)) {
      yield {
        place: setting.value,
        problem: `${setting.name.value}: ${problem}`,
        remedy: `change one of the options. It stops ${commands.join(', ')}.`,
        engineError: code,
      };
    }
  },
};

interface Contradiction {
  readonly code: number;
  readonly problem: string;
  readonly commands: string[];
}

function contradictions(project: LintProject): ReadonlyMap<EngineSetting, Contradiction> {
  const found = new Map<EngineSetting, Contradiction>();
  const known = new Map(knownSettings(project).map((one) => [one.setting, one]));
  for (const file of project.engineFiles) {
    for (const { byCommand, settingOf } of resolveFile(file, project.engineVersion)) {
      for (const [command, { errors }] of byCommand) {
        for (const { code, entry, problem } of errors) {
          const setting = settingOf(entry);
          const one = setting === undefined ? undefined : known.get(setting);
          if (setting === undefined || one === undefined || saidElsewhere.test(problem)) continue;
          if (isMiswritten(one) || judgeAlone(one, project) !== undefined) continue;
          const before = found.get(setting);
          if (before === undefined) found.set(setting, { code, problem, commands: [command] });
          else if (!before.commands.includes(command)) before.commands.push(command);
        }
      }
    }
  }
  return found;
}

export const optionMissing: LintRule = {
  name: 'option-missing',
  severity: 'critical',
  title: 'an option that the type of repository needs is missing',
  consequence:
    'Every command that uses the repository ends with [037]: no WAL is archived and no backup runs.',
  correct:
    'repo1-type=s3\nrepo1-s3-bucket=acme-backups\nrepo1-s3-endpoint=s3.eu-central-1.amazonaws.com\nrepo1-s3-region=eu-central-1',
  reproduction: `pgBackRest 2.45, \`repo1-type=s3\` without repo1-s3-key-secret:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [037]: archive-push command requires option: repo1-s3-key-secret
\`\`\``,
  source: 'pgBackRest, src/build/config/config.yaml, required and depend',
  *judge(project) {
    const given = new Set(
      project.engineFiles.flatMap(({ settings }) => settings.map(({ name }) => name.value)),
    );
    const variables = project.variables.map(({ name }) => name.value);
    for (const found of missingOptions(project)) {
      const variable = `PGBACKREST_${found.option.toUpperCase().replaceAll('-', '_')}`;
      if (given.has(found.option) || variables.includes(variable)) continue;
      yield found.finding;
    }
  },
};

/** A script that writes the file and adds to it later, where this or that is set. */
function isAddedTo({ document: { container } }: EngineFile): boolean {
  return container?.kind === 'shell' && />>|\btee\s+-a\b/.test(container.text);
}

/** Secrets may come from a file that is not shown; all else belongs beside the type. */
function* missingOptions(
  project: LintProject,
): Generator<{ readonly option: string; readonly finding: RuleFinding }> {
  const known = knownSettings(project);
  for (const file of project.engineFiles) {
    if (isAddedTo(file)) continue;
    const seen = new Set<string>();
    for (const { byCommand } of resolveFile(file, project.engineVersion)) {
      for (const { code, option = '' } of byCommand.get('check')?.errors ?? []) {
        const index = /^repo(\d+)-/.exec(option)?.[1];
        if (code !== 37 || index === undefined || seen.has(option)) continue;
        if (/(-key|-key-secret|-pass|-token|-account)$/.test(option)) continue;
        seen.add(option);
        const type = known.find((one) => one.file === file && one.present === `repo${index}-type`);
        // A template that renders the option in a loop or under a condition may well give it.
        if (type === undefined || /\{%/.test(file.document.text)) continue;
        yield {
          option,
          finding: {
            place: type.setting.value,
            problem: `repo${index} is of type ${type.setting.value.value} and has no ${option}`,
            remedy: `add ${option}.`,
            engineError: 37,
          },
        };
      }
    }
  }
}

export const togetherRules: readonly LintRule[] = [optionsContradict, optionMissing];
