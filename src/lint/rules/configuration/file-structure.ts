import { indexedName } from '../../../model/option-table.ts';
import { readOptionName } from '../../../engine/resolve/read-option-name.ts';
import type { EngineFile, EngineSetting } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { knownIn } from './known-settings.ts';

export const lineUnreadable: LintRule = {
  name: 'line-unreadable',
  severity: 'critical',
  title: 'a line of pgbackrest.conf that the engine cannot read',
  consequence:
    'Every command, for every stanza, ends with [029]: nothing is archived and nothing is backed up. Comments begin with # ' +
    'on a line of their own; a semicolon begins none.',
  correct: '# a comment\n[global]\nrepo1-path=/var/lib/pgbackrest',
  reproduction: `pgBackRest 2.45:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [029]: missing '=' in key/value at line 2: ; a comment
\`\`\``,
  source: 'pgBackRest, src/common/ini.c, iniValueNext()',
  *judge(project) {
    for (const { document, unreadable } of project.documents) {
      if (document.kind !== 'pgbackrest-conf') continue;
      for (const { place, problem } of unreadable ?? []) {
        // Parts of a file in a document often leave out the section.
        if (document.container !== undefined && /before the first section/.test(problem)) continue;
        const text = document.text.slice(place.start, place.end);
        // A line that a template or a script exchanges is another one in the file.
        if (holdsPlaceholder(text)) continue;
        yield {
          place,
          problem: `the engine refuses this line: ${problem}`,
          remedy: 'correct the line, or make it a comment with # in front.',
          engineError: 29,
          fix: text.startsWith(';') ? { place, replacement: `#${text.slice(1)}` } : undefined,
        };
      }
    }
  },
};

export const optionTwice: LintRule = {
  name: 'option-twice',
  severity: 'critical',
  title: 'an option that stands twice in one section',
  consequence:
    'Commands that take the option end with [031], also where the second is an old name of the same option. Commands that ' +
    'do not take it (info, for pg1-path) stay green.',
  correct: '[main]\npg1-path=/var/lib/postgresql/15/main',
  reproduction: `pgBackRest 2.45, \`pg1-path\` twice in [main]:

\`\`\`
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [031]: option 'pg1-path' cannot be set multiple times
\`\`\``,
  source: 'pgBackRest, src/config/parse.c, cfgParse(), phase 3',
  *judge(project) {
    for (const file of project.engineFiles) {
      for (const { first, second, name } of [...knownTwice(file, project), ...loopedTwice(file, project)]) {
        const { line } = first.name.document.positionOf(first.name.start);
        yield {
          place: second.name,
          problem:
            first.name.value === second.name.value
              ? `${name} stands twice in [${second.section}], first in line ${line}`
              : `${second.name.value} is ${name}, which stands in [${second.section}] already, in line ${line}`,
          remedy: 'keep one of the lines.',
          engineError: 31,
        };
      }
    }
  },
};

interface Twice {
  readonly first: EngineSetting;
  readonly second: EngineSetting;
  readonly name: string;
}

function* knownTwice(file: EngineFile, project: LintProject): Generator<Twice> {
  const seen = new Map<string, EngineSetting>();
  for (const { setting, option, present } of knownIn(file, project.engineVersion)) {
    if (option.section === 'command-line' || setting.via !== 'conf') continue;
    const key = `${setting.section}\n${present}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, setting);
    else if (option.multi !== true || first.name.value !== setting.name.value) {
      // In a template the two may stand in branches that exclude each other.
      if (!isBetweenBranches(first, setting)) yield { first, second: setting, name: present };
    }
  }
}

/** `pg1-path` beside `pg{{ loop.index }}-path`: the first round of the loop writes it again. */
function* loopedTwice(file: EngineFile, project: LintProject): Generator<Twice> {
  const known = knownIn(file, project.engineVersion);
  for (const setting of file.settings) {
    const looped = readLoopedName(setting);
    if (looped === undefined) continue;
    const reading = readOptionName(looped, project.engineVersion);
    if (reading.kind !== 'option') continue;
    const name = indexedName(reading.option, 1);
    const first = known.find(
      (one) => one.present === name && one.setting.section === setting.section && one.setting.via === 'conf',
    );
    if (first !== undefined && !isBetweenBranches(first.setting, setting))
      yield { first: first.setting, second: setting, name };
  }
}

/** `pg1-path` for `pg{{ loop.index }}-path`; undefined when the loop does not begin with 1. */
export function readLoopedName({ name }: EngineSetting): string | undefined {
  const [, group, rest] = /^(pg|repo)\{\{-?\s*loop\.index\s*-?\}\}(-[a-z0-9-]+)$/.exec(name.value) ?? [];
  return group === undefined ? undefined : `${group}1${rest}`;
}

function isBetweenBranches(first: EngineSetting, second: EngineSetting): boolean {
  const between = first.line.document.text.slice(first.line.end, second.line.start);
  return /\{%-?\s*(else|elif|if|endif)\b|\{\{-?\s*(else|if|end)\b/.test(between);
}

export const structureRules: readonly LintRule[] = [lineUnreadable, optionTwice];
