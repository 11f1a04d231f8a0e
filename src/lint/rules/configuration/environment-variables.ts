import { judgeValue } from '../../../engine/resolve/judge-value.ts';
import { optionOfVariable } from '../../../engine/resolve/read-environment-options.ts';
import { type NameReading, readOptionName } from '../../../engine/resolve/read-option-name.ts';
import { rulesOf } from '../../../engine/resolve/option-rules.ts';
import {
  commandsOf,
  findOption,
  indexedName,
  isTakenBy,
  suggestOption,
} from '../../../model/option-table.ts';
import type { Variable } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { describeTakers, isVital, takers } from './known-settings.ts';

const source = 'pgBackRest, src/config/parse.c, cfgParse(), phase 2';

interface EngineVariable {
  readonly variable: Variable;
  readonly name: string;
  readonly reading: NameReading;
}

function engineVariables(project: LintProject): readonly EngineVariable[] {
  return project.variables.flatMap((variable): EngineVariable[] => {
    const name = variable.name.unknown ? undefined : optionOfVariable(variable.name.value);
    if (name === undefined || name === '' || staysInScript(variable)) return [];
    return [{ variable, name, reading: readOptionName(name, project.engineVersion) }];
  });
}

/** What a script sets and does not export is seen by no program. */
function staysInScript({ via, name, value, line }: Variable): boolean {
  if (via !== 'shell') return false;
  const { document } = name;
  // `NAME=value program`.
  if (/^["']?[ \t]+[^\s;&|#]/.test(document.text.slice(value.end, line.end))) return false;
  const statement = document.text.slice(line.start, name.start);
  if (/\b(?:export|declare|typeset|env)\b/.test(statement)) return false;
  const exported = new RegExp(String.raw`\b(?:export|declare -x|typeset -x)\b[^\n;]*\b${name.value}\b`);
  return !exported.test(document.text) && !/\bset -(?:\w*a\w*\b|o allexport)/.test(document.text);
}

export const variableUnknown: LintRule = {
  name: 'variable-not-an-option',
  severity: 'warning',
  title: 'a variable with the prefix PGBACKREST_ that is no option',
  consequence:
    'The engine reads every PGBACKREST_* variable as an option. Where this one reaches it, each command prints a warning; ' +
    'and the next version may have an option of that name.',
  correct: 'BACKUP_ENABLED=true',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ PGBACKREST_ENABLED=true pgbackrest --stanza=main expire
WARN: environment contains invalid option 'enabled'
\`\`\``,
  source,
  *judge(project) {
    for (const { variable, name, reading } of engineVariables(project)) {
      if (reading.kind !== 'unknown') continue;
      const suggestion = findOption(name)?.name ?? suggestOption(name, project.engineVersion);
      const near = suggestion === undefined ? '' : ` If an option is meant: ${asVariable(suggestion)}.`;
      yield {
        place: variable.name,
        problem: `${variable.name.value} is no option of pgBackRest ${project.engineVersion.text}`,
        remedy: `give settings of your own another prefix.${near}`,
      };
    }
  },
};

export const variableCollides: LintRule = {
  name: 'variable-becomes-option',
  severity: 'critical',
  title: 'a variable that silently becomes an option of another name',
  consequence:
    'It is an old name of an option: where the variable reaches the engine, it overrides the file without a word. ' +
    'PGBACKREST_RETENTION_FULL=14, meant as days, keeps 14 full backups.',
  correct: 'BACKUP_RETENTION_DAYS=14',
  reproduction: `pgBackRest 2.45, \`repo1-retention-full=2\` in the file:

\`\`\`
$ PGBACKREST_RETENTION_FULL=14 pgbackrest --stanza=main --log-level-console=info expire
INFO: expire command begin 2.45: … --repo1-retention-full=14 --stanza=main
\`\`\``,
  source,
  *judge(project) {
    for (const { variable, reading } of engineVariables(project)) {
      if (reading.kind !== 'option' || !reading.deprecated) continue;
      // With a number in it, it can only be meant for the engine.
      if (/^PGBACKREST_(?:REPO|PG|DB)\d+_/.test(variable.name.value)) continue;
      const present = indexedName(reading.option, reading.index);
      yield {
        place: variable.name,
        problem: `the engine takes ${variable.name.value} for ${present}, over what the file says`,
        remedy: `write ${asVariable(present)} if that is meant, and otherwise choose another prefix.`,
      };
    }
  },
};

export const variableRefused: LintRule = {
  name: 'variable-refused',
  severity: 'critical',
  title: 'a PGBACKREST_ variable whose name or value the engine refuses',
  consequence:
    'Where the variable reaches the engine, each command that takes the option ends with [032]; a name without its index ' +
    'ends every command with [031].',
  correct: 'PGBACKREST_REPO1_TYPE=s3',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ PGBACKREST_REPO1_TYPE=none pgbackrest --stanza=main expire
ERROR: [032]: 'none' is not allowed for 'repo1-type' option
\`\`\``,
  source,
  *judge(project) {
    for (const { variable, reading } of engineVariables(project)) {
      const { value } = variable;
      if (reading.kind === 'refused')
        yield {
          place: variable.name,
          problem: `the engine refuses ${variable.name.value}: ${reading.problem}`,
          remedy: 'give settings of your own another prefix; options of a repository need its number.',
          engineError: 31,
        };
      const byDefault = value.unknown ? defaultOf(value.value) : undefined;
      const text = value.unknown ? byDefault : value.value;
      if (reading.kind !== 'option' || text === undefined || text === '') continue;
      const problem = judgeVariable(reading, text, project);
      if (problem === undefined) continue;
      const when =
        byDefault === undefined ? '' : `, which it is when ${value.value} has nothing else to give`;
      yield {
        place: value,
        problem: `${variable.name.value}: ${problem}${when}`,
        remedy: `give it a value that the option takes. ${describeTakers(reading.option, project.engineVersion)}`,
        engineError: 32,
        severity: isVital(reading.option) ? 'critical' : 'warning',
        secret: reading.option.secure,
      };
    }
  },
};

/** `none` of `${REPOSITORY_TYPE:-none}`, as Compose and shells fill it in; undefined for anything else. */
function defaultOf(text: string): string | undefined {
  return /^\$\{\w+:?-([^${}]+)\}$/.exec(text.trim())?.[1];
}

function judgeVariable(
  { option }: Extract<NameReading, { kind: 'option' }>,
  text: string,
  project: LintProject,
): string | undefined {
  if (option.type === 'boolean')
    return text === 'y' || text === 'n' ? undefined : `"${text}" is neither y nor n`;
  if (option.multi === true) return undefined;
  const version = project.engineVersion;
  const command = commandsOf(version).find((name) => isTakenBy(option, name));
  if (command === undefined) return undefined;
  return judgeValue(option, rulesOf(option, command), { text, match: undefined, version })?.problem;
}

export const variableEmpty: LintRule = {
  name: 'variable-empty',
  severity: 'critical',
  title: 'an empty PGBACKREST_ variable',
  consequence:
    'Empty is not unset: where the variable reaches the engine, each command that takes the option ends with [032], also ' +
    'when the repository is of another type and would never use it.',
  correct: '# leave the line out',
  reproduction: `pgBackRest 2.45, a posix repository:

\`\`\`
$ PGBACKREST_REPO1_S3_KEY= pgbackrest --stanza=main expire
ERROR: [032]: environment variable 'repo1-s3-key' must have a value
\`\`\``,
  source,
  *judge(project) {
    for (const { variable, reading } of engineVariables(project)) {
      if (reading.kind !== 'option' || variable.value.unknown || variable.value.value !== '') continue;
      if (takers(reading.option, project.engineVersion).length === 0) continue;
      yield {
        place: variable.name,
        problem: `${variable.name.value} is empty, which stops the engine`,
        remedy: 'remove the variable, or give it a value.',
        engineError: 32,
        fix: variable.via === 'file' ? { place: variable.line, replacement: '' } : undefined,
      };
    }
  },
};

export const variableHidesIncludes: LintRule = {
  name: 'config-variable-hides-includes',
  severity: 'critical',
  title: 'PGBACKREST_CONFIG switches the include directory off',
  consequence:
    'With a file named by --config or PGBACKREST_CONFIG the engine reads nothing in conf.d, unless the include directory is ' +
    'named too. A repository or a secret that stands there is not seen.',
  correct:
    'PGBACKREST_CONFIG=/etc/pgbackrest/pgbackrest.conf\nPGBACKREST_CONFIG_INCLUDE_PATH=/etc/pgbackrest/conf.d',
  reproduction: `pgBackRest 2.45, \`repo1-cipher-type\` in /etc/pgbackrest/conf.d/repo.conf:

\`\`\`
$ pgbackrest --stanza=main --log-level-console=info expire
INFO: expire command begin 2.45: … --repo1-cipher-type=aes-256-cbc …
$ PGBACKREST_CONFIG=/etc/pgbackrest/pgbackrest.conf pgbackrest --stanza=main --log-level-console=info expire
INFO: expire command begin 2.45: --config=/etc/pgbackrest/pgbackrest.conf …     (no cipher)
\`\`\``,
  source: 'pgBackRest, src/config/parse.c, cfgFileLoad()',
  *judge(project) {
    const names = new Set(project.variables.map(({ name }) => name.value));
    if (names.has('PGBACKREST_CONFIG_INCLUDE_PATH') || names.has('PGBACKREST_CONFIG_PATH')) return;
    if (!mentionsIncludes(project)) return;
    for (const { name } of project.variables) {
      if (name.value !== 'PGBACKREST_CONFIG') continue;
      yield {
        place: name,
        problem: 'PGBACKREST_CONFIG alone keeps the engine from reading conf.d',
        remedy:
          'set PGBACKREST_CONFIG_INCLUDE_PATH too, or remove PGBACKREST_CONFIG where it names the usual file.',
      };
    }
  },
};

/** A file in the include directory is part of the project, or something in it speaks of one. */
function mentionsIncludes(project: LintProject): boolean {
  return project.documents.some(
    ({ document }) =>
      /pgbackrest\/conf\.d\//.test(`${document.file}\n${document.destination ?? ''}`) ||
      /pgbackrest\/conf\.d\b/.test(document.text),
  );
}

function asVariable(option: string): string {
  return `PGBACKREST_${option.toUpperCase().replaceAll('-', '_')}`;
}

export const variableRules: readonly LintRule[] = [
  variableUnknown,
  variableCollides,
  variableRefused,
  variableEmpty,
  variableHidesIncludes,
];
