import { presentNameOfVariable } from '../../../engine/resolve/read-environment-options.ts';
import { readOptionName } from '../../../engine/resolve/read-option-name.ts';
import { commandsOf, type EngineOption, indexedName, isTakenBy } from '../../../model/option-table.ts';
import type { EngineVersion } from '../../../model/engine-version.ts';
import type { EngineFile, EngineSetting } from '../../facts.ts';
import type { LintProject } from '../../lint-rule.ts';

/** A setting whose name the version knows. */
export interface KnownSetting {
  readonly file: EngineFile;
  readonly setting: EngineSetting;
  readonly option: EngineOption;
  readonly index: number;
  /** Full present name: `repo1-retention-full` for `retention-full`. */
  readonly present: string;
  readonly deprecated: boolean;
}

/** Settings of all files with a name that is no placeholder and that the version takes. */
export function knownSettings(project: LintProject): readonly KnownSetting[] {
  return project.engineFiles.flatMap((file) => knownIn(file, project.engineVersion));
}

export function knownIn(file: EngineFile, version: EngineVersion): readonly KnownSetting[] {
  return file.settings.flatMap((setting): KnownSetting[] => {
    if (setting.name.unknown) return [];
    const reading = readOptionName(setting.name.value, version);
    if (reading.kind !== 'option' || reading.negated || reading.reset) return [];
    const { option, index, deprecated } = reading;
    return [{ file, setting, option, index, deprecated, present: indexedName(option, index) }];
  });
}

/** A comment that was written behind the value, which the engine takes as part of it. */
const trailingComment = /\s+[#;].*$/s;

/** The value that was meant: without a comment behind it. Undefined when it holds a placeholder. */
export function meantValue(setting: EngineSetting): string | undefined {
  if (setting.value.unknown) return undefined;
  return setting.via === 'conf' ? setting.value.value.replace(trailingComment, '') : setting.value.value;
}

/** The comment behind the value, with its blanks; undefined when there is none. */
export function commentBehind(setting: EngineSetting): string | undefined {
  return setting.via === 'conf' ? trailingComment.exec(setting.value.value)?.[0] : undefined;
}

/** What the line itself and the comment lines right above it say, of the file as it stands. */
export function remarksOn(setting: EngineSetting): string {
  const { document, start, end } = setting.line;
  const { text } = document;
  const lineEnd = text.indexOf('\n', Math.max(start, end - 1));
  const own = text.slice(start, lineEnd < 0 ? text.length : lineEnd);
  const above: string[] = [];
  for (const line of text.slice(0, start).split('\n').slice(0, -1).toReversed()) {
    if (!/^\s*(#|\/\/)/.test(line)) break;
    above.push(line);
  }
  const behind = /(#|\/\/).*$/.exec(own.slice(setting.name.end - start))?.[0] ?? '';
  return [...above, behind].join('\n');
}

/** The commands for people that take the option, for texts. */
export function takers(option: EngineOption, version: EngineVersion): readonly string[] {
  return commandsOf(version).filter((command) => isTakenBy(option, command));
}

/** What a bad value of the option stops, for texts. */
export function describeTakers(option: EngineOption, version: EngineVersion): string {
  const commands = takers(option, version);
  if (commands.length > 8) return 'It stops nearly every command.';
  return `It stops ${commands.join(', ')}.`;
}

/** True when the option can keep WAL or a backup from arriving, or a restore from running. */
export function isVital(option: EngineOption): boolean {
  return ['archive-push', 'backup', 'restore'].some((command) => isTakenBy(option, command));
}

/** Present names that are given anywhere: in files and by variables. */
export function givenNames(project: LintProject): ReadonlySet<string> {
  const names = new Set(knownSettings(project).map(({ present }) => present));
  for (const { name } of project.variables) {
    const present = presentNameOfVariable(name.value, project.engineVersion);
    if (present !== undefined) names.add(present);
  }
  return names;
}
