import { commandsOf, isTakenBy } from '../../../model/option-table.ts';
import { nearestName } from '../../../model/nearest-name.ts';
import type { EngineSetting } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { knownSettings } from './known-settings.ts';

const source = 'pgBackRest, src/config/parse.c, cfgParse(), phase 3';

export const optionInGlobal: LintRule = {
  name: 'option-needs-stanza-section',
  severity: 'critical',
  title: "an option in [global] that belongs into a stanza's section",
  consequence:
    'The engine prints a warning and ignores the line. Without pg1-path backup, archive-get and restore end with [037]; ' +
    'expire and info stay green.',
  correct: '[main]\npg1-path=/var/lib/postgresql/15/main',
  reproduction: `pgBackRest 2.45, \`pg1-path\` in [global]:

\`\`\`
$ pgbackrest --stanza=main backup
WARN: configuration file contains stanza-only option 'pg1-path' in global section 'global'
ERROR: [037]: backup command requires option: pg1-path
\`\`\``,
  source,
  *judge(project) {
    for (const { setting, option } of knownSettings(project)) {
      if (setting.via !== 'conf' || option.section !== 'stanza' || !isGlobal(setting)) continue;
      yield {
        place: setting.name,
        problem: `${setting.name.value} is ignored in [${setting.section}]`,
        remedy: "move it into the stanza's own section, such as [main].",
        engineError: 37,
      };
    }
  },
};

export const optionForOtherCommand: LintRule = {
  name: 'option-for-other-command',
  severity: 'warning',
  title: 'an option in the section of a command that does not take it',
  consequence: 'The engine prints a warning with each run of that command, and the line has no effect.',
  correct: '[global:backup]\ncompress-type=zst',
  reproduction: `pgBackRest 2.45, \`compress-type=zst\` in [global:expire]:

\`\`\`
$ pgbackrest --stanza=main expire
WARN: configuration file contains option 'compress-type' invalid for section 'global:expire'
\`\`\``,
  source,
  *judge(project) {
    for (const { setting, option } of knownSettings(project)) {
      const command = commandOf(setting);
      if (command === undefined || option.section === 'command-line') continue;
      if (!commandsOf(project.engineVersion).includes(command) || isTakenBy(option, command)) continue;
      yield {
        place: setting.name,
        problem: `${command} does not take ${setting.name.value}, so it has no effect in [${setting.section}]`,
        remedy: 'move the line to the section that it is meant for, or remove it.',
      };
    }
  },
};

export const sectionNeverRead: LintRule = {
  name: 'section-never-read',
  severity: 'warning',
  title: 'a section that no command reads',
  consequence:
    'The engine reads only [global], [STANZA] and both with `:command`. Everything in another section is skipped without a ' +
    'word.',
  correct: '[global:archive-push]',
  reproduction: `pgBackRest 2.45, \`process-max=2\` in [global:archivepush]: \`pgbackrest --log-level-console=info archive-push\` shows no
\`--process-max\` among the options of its first line, and no warning.`,
  source,
  *judge(project) {
    for (const setting of firstOfSections(project)) {
      const problem = judgeSection(setting, project);
      if (problem !== undefined)
        yield { place: setting.name, problem: problem.problem, remedy: problem.remedy };
    }
  },
};

function judgeSection(
  { section }: EngineSetting,
  project: LintProject,
): { readonly problem: string; readonly remedy: string } | undefined {
  if (holdsPlaceholder(section)) return undefined;
  const [base = '', command] = section.split(':');
  if (section !== section.trim() || (base !== 'global' && base.toLowerCase() === 'global'))
    return {
      problem: `[${section}] is not [${section.trim().toLowerCase()}]: it is taken for a stanza of that name`,
      remedy: `write [${section.trim().toLowerCase()}].`,
    };
  const commands = commandsOf(project.engineVersion);
  if (command === undefined || commands.includes(command)) return undefined;
  const near = nearestName(command, commands);
  return {
    problem: `[${section}]: pgBackRest has no command ${command}, so nothing reads this section`,
    remedy: near === undefined ? 'remove the section.' : `write [${base}:${near}], if that is what is meant.`,
  };
}

/** One setting for each section that has any. */
function* firstOfSections(project: LintProject): Generator<EngineSetting> {
  for (const file of project.engineFiles) {
    const seen = new Set<string>();
    for (const setting of file.settings) {
      if (setting.via !== 'conf' || setting.section === '' || seen.has(setting.section)) continue;
      seen.add(setting.section);
      yield setting;
    }
  }
}

function isGlobal({ section }: EngineSetting): boolean {
  return section === 'global' || section.startsWith('global:');
}

function commandOf({ section, via }: EngineSetting): string | undefined {
  return via === 'conf' ? section.split(':')[1] : undefined;
}

export const sectionRules: readonly LintRule[] = [optionInGlobal, optionForOtherCommand, sectionNeverRead];
