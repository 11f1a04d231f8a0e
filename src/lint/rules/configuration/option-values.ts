import { judgePairs, judgeValue, type ValueProblem } from '../../../engine/resolve/judge-value.ts';
import { rulesOf } from '../../../engine/resolve/option-rules.ts';
import { isAtLeast } from '../../../model/engine-version.ts';
import { commandsOf, isTakenBy } from '../../../model/option-table.ts';
import type { Fix } from '../../lint-finding.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import {
  commentBehind,
  isVital,
  type KnownSetting,
  knownSettings,
  describeTakers,
} from './known-settings.ts';

const source = 'pgBackRest, src/config/parse.c, cfgParse(), phase 5';
const iniSource = 'pgBackRest, src/common/ini.c, iniValueNext()';

/** Settings that the engine does not skip because of where they stand. */
function readSettings(project: LintProject): readonly KnownSetting[] {
  return knownSettings(project).filter(({ option, setting: { section, via } }) => {
    if (via !== 'conf') return option.section !== 'command-line';
    const global = section === 'global' || section.startsWith('global:');
    return option.section === 'global' || (option.section === 'stanza' && !global);
  });
}

export const valueInvalid: LintRule = {
  name: 'value-invalid',
  severity: 'critical',
  title: 'a value that the option does not take',
  consequence:
    'Each command that takes the option ends with [032]; the others run, so that check and archiving can be green while ' +
    'backup and expire have never worked.',
  correct: 'repo1-retention-full-type=time\nrepo1-retention-full=14',
  reproduction: `pgBackRest 2.45, \`repo1-retention-archive-type=days\`:

\`\`\`
$ pgbackrest --stanza=main archive-push
ERROR: [043]: WAL segment to push required
$ pgbackrest --stanza=main expire
ERROR: [032]: 'days' is not allowed for 'repo1-retention-archive-type' option
\`\`\`

(The first passed its options: 43 only says that no segment was named.)`,
  source,
  *judge(project) {
    for (const known of readSettings(project)) {
      const { setting, option } = known;
      if (isMiswritten(known)) continue;
      const problem = judgeAlone(known, project);
      if (problem === undefined) continue;
      yield {
        place: setting.value,
        problem: `${setting.name.value}: ${problem.problem}`,
        remedy: `${describeAllowed(known)} ${describeTakers(option, project.engineVersion)}`,
        engineError: problem.code,
        severity: isVital(option) ? 'critical' : 'warning',
        secret: option.secure,
      };
    }
  },
};

/** Placeholders say nothing; comments, quotes and empty values have rules of their own. */
export function isMiswritten(known: KnownSetting): boolean {
  const { value } = known.setting;
  if (value.unknown || value.value === '') return true;
  return commentBehind(known.setting) !== undefined || quotedValue(known) !== undefined;
}

/**
 * Why a value is refused whatever else the file says; rules differ between commands only for options of the command
 * line.
 */
export function judgeAlone(
  { option, setting }: KnownSetting,
  project: LintProject,
): ValueProblem | undefined {
  const text = setting.value.value;
  if (option.type === 'list') return undefined;
  if (option.type === 'hash') return judgePairs([text]);
  if (option.type === 'boolean')
    return text === 'y' || text === 'n' ? undefined : { code: 32, problem: `"${text}" is neither y nor n` };
  const command = commandsOf(project.engineVersion).find((name) => isTakenBy(option, name));
  if (command === undefined) return undefined;
  const { engineVersion: version } = project;
  return judgeValue(option, rulesOf(option, command), { text, match: undefined, version });
}

function describeAllowed({ option }: KnownSetting): string {
  if (option.name === 'repo-retention-archive-type')
    return 'remove the line: it counts backups, and WAL follows the full backups by itself. For days write repoN-retention-full-type=time and repoN-retention-full=14.';
  if (option.type === 'boolean') return 'write y or n.';
  if (option.allowList !== undefined) return `write one of ${option.allowList.join(', ')}.`;
  if (option.type === 'size') return 'write a whole number and a unit without a blank: 4GiB.';
  if (option.type === 'path') return 'write an absolute path without //.';
  if (option.type === 'hash') return 'write key=value.';
  return 'write a number in the range.';
}

export const commentAfterValue: LintRule = {
  name: 'comment-after-value',
  severity: 'critical',
  title: 'a comment behind a value',
  consequence:
    'The engine has no comments at the end of a line: the comment becomes part of the value. Numbers end with [032]; a ' +
    'path silently points somewhere else.',
  correct: '# Keep 4 full backups\nrepo1-retention-full=4',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ grep retention /etc/pgbackrest/pgbackrest.conf
repo1-retention-full=4   # four
$ pgbackrest --stanza=main expire
ERROR: [032]: '4   # four' is not valid for 'repo1-retention-full' option
\`\`\`

With \`repo1-path=/srv/repo   # Repository\` \`info\` says \`missing stanza path\`, though the repository is there.`,
  source: iniSource,
  *judge(project) {
    const known = new Map(knownSettings(project).map((one) => [one.setting, one]));
    for (const setting of project.engineFiles.flatMap(({ settings }) => settings)) {
      const comment = commentBehind(setting);
      if (comment === undefined || isPassphrase(setting.name.value)) continue;
      const { value, line, name } = setting;
      const meant = value.value.slice(0, -comment.length);
      const one = known.get(setting);
      yield {
        place: value,
        problem: `the comment behind ${name.value} is part of its value`,
        remedy: 'put the comment on a line of its own above.',
        engineError: one === undefined ? undefined : judgeAlone(one, project)?.code,
        fix: commentFix(line, {
          comment: comment.trim().replace(/^;/, '#'),
          rest: `${line.document.text.slice(line.start, value.start)}${meant}`,
        }),
      };
    }
  },
};

/** In a file of its own only: inside a document the new line would lack that document's indentation. */
function commentFix(
  line: KnownSetting['setting']['line'],
  parts: { readonly comment: string; readonly rest: string },
): Fix | undefined {
  if (line.document.container !== undefined) return undefined;
  const { text } = line.document;
  const end = /\r?\n$/.exec(text.slice(line.start, line.end))?.[0] ?? '';
  const between = text.includes('\r\n') ? '\r\n' : '\n';
  return { place: line, replacement: `${parts.comment}${between}${parts.rest}${end}` };
}

/** A passphrase may hold a # behind a blank. */
function isPassphrase(name: string): boolean {
  return /(pass|passphrase|secret|key|token)$/.test(name);
}

export const valueQuoted: LintRule = {
  name: 'value-quoted',
  severity: 'critical',
  title: 'quotes round a value',
  consequence:
    'The engine knows no quotes: they become part of the value. Paths, numbers and words end with [032]; names of buckets ' +
    'and hosts, and passphrases, are silently others.',
  correct: 'repo1-path=/var/lib/pgbackrest',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [032]: '"/srv/repo"' must begin with / for 'repo1-path' option
\`\`\``,
  source: iniSource,
  *judge(project) {
    for (const known of readSettings(project)) {
      const inside = quotedValue(known);
      if (inside === undefined) continue;
      const { setting, option } = known;
      yield {
        place: setting.value,
        problem: `the quotes round the value of ${setting.name.value} are part of it`,
        remedy: 'write the value without quotes.',
        engineError: option.type === 'string' ? undefined : 32,
        secret: option.secure,
        // A passphrase with which a repository was made has the quotes in it for good.
        severity: option.secure === true ? 'advice' : 'critical',
        fix: option.secure === true ? undefined : { place: setting.value, replacement: inside },
      };
    }
  },
};

function quotedValue({ setting, option }: KnownSetting): string | undefined {
  if (setting.via !== 'conf' || option.multi === true) return undefined;
  return /^(["'])(.*)\1$/s.exec(setting.value.value)?.[2];
}

export const valueEmpty: LintRule = {
  name: 'value-empty',
  severity: 'critical',
  title: 'an option without a value',
  consequence: 'Each command that takes the option ends with [032].',
  correct: '# leave the line out to have the default',
  reproduction: `pgBackRest 2.45, \`repo1-path=\` in [global]:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [032]: section 'global', key 'repo1-path' must have a value
\`\`\``,
  source: 'pgBackRest, src/config/parse.c, cfgParse(), phase 3',
  *judge(project) {
    for (const { setting, option } of readSettings(project)) {
      if (setting.value.value !== '' || setting.value.unknown || setting.via !== 'conf') continue;
      yield {
        place: setting.name,
        problem: `${setting.name.value} has no value`,
        remedy: 'give a value or remove the line.',
        engineError: 32,
        severity: isVital(option) ? 'critical' : 'warning',
      };
    }
  },
};

export const timeUnitIgnored: LintRule = {
  name: 'time-unit-ignored',
  severity: 'warning',
  title: 'a time with a unit, which pgBackRest before 2.53 ignores',
  consequence:
    'Up to 2.52 times are seconds, and what follows the number is ignored without a word: `5m` is five seconds.',
  correct: 'archive-timeout=300',
  reproduction: `pgBackRest 2.45, \`io-timeout=1h\` and a store that does not answer: \`info\` gives up after four seconds instead of an hour; \`io-timeout=5000h\`, more than the option allows, is refused as 5000 seconds:

\`\`\`
ERROR: [032]: '5000h' is out of range for 'io-timeout' option
\`\`\``,
  source: 'pgBackRest 2.52, src/config/common.c, cfgParseTime()',
  *judge(project) {
    if (isAtLeast(project.engineVersion, 53)) return;
    for (const { setting, option } of readSettings(project)) {
      const { value } = setting;
      if (option.type !== 'time' || value.unknown || !/^\d+(\.\d+)?(ms|[smhdw])$/i.test(value.value))
        continue;
      if (/^\d+s$/i.test(value.value)) continue;
      yield {
        place: value,
        problem: `${setting.name.value}=${value.value} is taken as ${Number.parseFloat(value.value)} seconds`,
        remedy: 'write the time in seconds without a unit, or install pgBackRest 2.53.',
      };
    }
  },
};

export const valueRules: readonly LintRule[] = [
  valueInvalid,
  commentAfterValue,
  valueQuoted,
  valueEmpty,
  timeUnitIgnored,
];
