import { readOptionName } from '../../../engine/resolve/read-option-name.ts';
import {
  compareEngineVersions,
  type EngineVersion,
  parseEngineVersion,
} from '../../../model/engine-version.ts';
import {
  findOption,
  indexedName,
  optionNamed,
  optionsOf,
  suggestOption,
} from '../../../model/option-table.ts';
import type { EngineSetting } from '../../facts.ts';
import type { RuleFinding } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { givenNames, knownSettings } from './known-settings.ts';

const parseSource = 'pgBackRest, src/config/parse.c, cfgParse(), phase 3';

function* namedSettings(project: LintProject): Generator<EngineSetting> {
  for (const file of project.engineFiles) yield* file.settings.filter(({ name }) => !name.unknown);
}

export const optionUnknown: LintRule = {
  name: 'option-unknown',
  severity: 'warning',
  title: 'an option that pgBackRest does not have',
  consequence:
    'The engine prints a warning and ignores the line. What it was to do is not done; where the misspelt option is ' +
    'one that is needed, every command ends with [037].',
  correct: 'repo1-s3-key-secret=…',
  reproduction: `pgBackRest 2.45, with \`repo1-s3-secret=…\` in place of \`repo1-s3-key-secret\`:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
WARN: configuration file contains invalid option 'repo1-s3-secret'
ERROR: [037]: archive-push command requires option: repo1-s3-key-secret
\`\`\``,
  source: parseSource,
  *judge(project) {
    const given = givenNames(project);
    for (const { name } of namedSettings(project)) {
      if (readOptionName(name.value, project.engineVersion).kind !== 'unknown') continue;
      if (findOption(name.value) !== undefined) continue;
      const suggestion = suggestName(name.value, project.engineVersion);
      const meant = suggestion === undefined ? undefined : findOption(suggestion, project.engineVersion);
      const needed = meant?.option.required === true && meant.option.default === undefined;
      const missing = needed && suggestion !== undefined && !given.has(suggestion);
      yield {
        place: name,
        problem: `pgBackRest has no option ${name.value}`,
        remedy:
          suggestion === undefined ? 'remove the line.' : `write ${suggestion}, if that is what is meant.`,
        ...(missing ? { severity: 'critical', engineError: 37 } : {}),
      };
    }
  },
};

/** A name that has every word of the written one, `repo1-s3-key-secret` for `repo1-s3-secret`, or else the nearest. */
function suggestName(written: string, version: EngineVersion): string | undefined {
  const [, group, index = ''] = /^(pg|repo)(\d+)-/.exec(written) ?? [];
  const words = written.replace(/^(pg|repo)\d+-/, '').split('-');
  const candidates = optionsOf(version)
    .filter((option) => option.group === group && option.section !== 'command-line')
    .map((option) => ({ option, parts: option.name.split('-').slice(group === undefined ? 0 : 1) }))
    .filter(({ parts }) => words.length > 1 && words.every((word) => parts.includes(word)))
    .toSorted((left, right) => left.parts.length - right.parts.length);
  const found = candidates[0]?.option;
  return found === undefined ? suggestOption(written, version) : indexedName(found, Number(index));
}

export const optionRefused: LintRule = {
  name: 'option-name-refused',
  severity: 'critical',
  title: 'an option name that the engine refuses',
  consequence:
    'Every command that reads the section ends with [031], whether it would use the option or not: no WAL is archived, no ' +
    'backup runs.',
  correct: 'repo1-host=backup.example.com',
  reproduction: `pgBackRest 2.45, \`repo-host=h\` in [global]:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [031]: option 'repo-host' requires an index
       HINT: add the required index, e.g. repo1-host.
\`\`\``,
  source: 'pgBackRest, src/config/parse.c, cfgParseOption()',
  *judge(project) {
    for (const { name } of namedSettings(project)) {
      const reading = readOptionName(name.value, project.engineVersion);
      if (reading.kind !== 'refused') continue;
      yield {
        place: name,
        problem: `the engine refuses ${name.value}: ${reading.problem}`,
        remedy: 'write the name with the index it needs, or remove the line.',
        engineError: 31,
      };
    }
  },
};

export const optionOfOtherVersion: LintRule = {
  name: 'option-of-other-version',
  severity: 'warning',
  title: 'an option that this version of pgBackRest does not have yet, or no more',
  consequence:
    'The engine prints a warning and ignores the line, so that what was asked for does not happen.',
  correct: '# repo1-symlink needs pgBackRest 2.57',
  reproduction: `pgBackRest 2.45, \`repo1-symlink=n\` in [global]:

\`\`\`
$ pgbackrest --stanza=main expire
WARN: configuration file contains invalid option 'repo1-symlink'
\`\`\``,
  source: 'pgBackRest, src/build/config/config.yaml of 2.45 to 2.60',
  *judge(project) {
    for (const { name } of namedSettings(project)) {
      if (readOptionName(name.value, project.engineVersion).kind !== 'unknown') continue;
      const found = findOption(name.value);
      if (found === undefined) continue;
      yield { place: name, ...describeVersions(found.option, name.value, project) };
    }
  },
};

function describeVersions(
  option: { readonly since?: string; readonly removedIn?: string },
  name: string,
  project: LintProject,
): Pick<RuleFinding, 'problem' | 'remedy'> {
  const since = option.since === undefined ? undefined : parseEngineVersion(option.since);
  const version = project.engineVersion.text;
  if (since !== undefined && compareEngineVersions(project.engineVersion, since) < 0)
    return {
      problem: `${name} came with pgBackRest ${option.since}; ${version} does not have it`,
      remedy: `install pgBackRest ${option.since} or newer, or remove the line.`,
    };
  return {
    problem: `${name} was removed in pgBackRest ${option.removedIn ?? version}`,
    remedy: 'remove the line.',
  };
}

export const optionDeprecated: LintRule = {
  name: 'option-deprecated',
  severity: 'advice',
  title: 'an old name of an option',
  consequence:
    'It still works. Beside the present name in the same section it is a duplicate, and every command ends with [031].',
  correct: 'repo1-retention-full=2',
  reproduction: `pgBackRest 2.45, \`repo1-retention-full=2\` and \`retention-full=3\` in [global]:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [031]: configuration file contains duplicate options ('retention-full', 'repo1-retention-full') in section '[global]'
\`\`\``,
  source: 'pgBackRest, src/build/config/config.yaml, deprecate',
  *judge(project) {
    for (const { setting, present, deprecated } of knownSettings(project)) {
      if (!deprecated) continue;
      yield {
        place: setting.name,
        problem: `${setting.name.value} is the old name of ${present}`,
        remedy: `write ${present}.`,
        fix: { place: setting.name, replacement: present },
      };
    }
  },
};

export const optionForCommandLine: LintRule = {
  name: 'option-for-command-line',
  severity: 'warning',
  title: 'an option in a file that is only for the command line',
  consequence:
    'The engine prints a warning and ignores the line. With `repo=2` in the file a backup still goes to the first ' +
    'repository.',
  correct: 'pgbackrest --stanza=main --repo=2 backup',
  reproduction: `pgBackRest 2.45, \`repo=2\` in [global]:

\`\`\`
$ pgbackrest --stanza=main expire
WARN: configuration file contains command-line only option 'repo'
\`\`\``,
  source: parseSource,
  *judge(project) {
    for (const { setting, option } of knownSettings(project)) {
      if (setting.via !== 'conf' || option.section !== 'command-line') continue;
      yield {
        place: setting.name,
        problem: `${setting.name.value} is ignored in a file: it is only for the command line`,
        remedy: `remove the line and give --${option.name} where the command is called.`,
        fix: { place: setting.line, replacement: '' },
      };
    }
  },
};

export const optionNegatedInFile: LintRule = {
  name: 'option-negated-in-file',
  severity: 'warning',
  title: 'an option that is negated or reset in a file',
  consequence: 'The engine prints a warning and ignores the line; the option keeps its value.',
  correct: 'delta=n',
  reproduction: `pgBackRest 2.45, \`no-delta=y\` in [global]:

\`\`\`
$ pgbackrest --stanza=main restore
WARN: configuration file contains negate option 'no-delta'
\`\`\``,
  source: parseSource,
  *judge(project) {
    for (const { name } of namedSettings(project)) {
      const reading = readOptionName(name.value, project.engineVersion);
      if (reading.kind !== 'option' || !(reading.negated || reading.reset)) continue;
      const boolean = optionNamed(reading.option.name, project.engineVersion)?.type === 'boolean';
      yield {
        place: name,
        problem: `${name.value} is ignored: a file cannot negate or reset an option`,
        remedy: boolean ? `write ${name.value.replace(/^(no|reset)-/, '')}=n.` : 'remove the line.',
      };
    }
  },
};

/** `compress` is current in the table of options; only the engine's own messages call it deprecated. */
export const compressSuperseded: LintRule = {
  name: 'compress-superseded',
  severity: 'advice',
  title: 'compress, whose place compress-type has taken',
  consequence:
    'It is still taken; beside compress-type the engine warns with each backup, and compress=n then does nothing.',
  correct: 'compress-type=none',
  reproduction: `pgBackRest 2.45, \`compress=n\` and \`compress-type=zst\` in [global]:

\`\`\`
$ pgbackrest --stanza=main backup
WARN: 'compress' and 'compress-type' options should not both be set
      HINT: 'compress-type' is preferred and 'compress' is deprecated.
\`\`\``,
  source: 'pgBackRest, src/config/load.c, cfgLoadUpdateOption()',
  *judge(project) {
    for (const { setting, option } of knownSettings(project)) {
      if (option.name !== 'compress') continue;
      yield {
        place: setting.name,
        problem: 'compress is the old form of compress-type',
        remedy: 'write compress-type=none for compress=n, and remove compress=y.',
      };
    }
  },
};

export const nameRules: readonly LintRule[] = [
  optionUnknown,
  optionRefused,
  optionOfOtherVersion,
  optionDeprecated,
  optionForCommandLine,
  optionNegatedInFile,
  compressSuperseded,
];
