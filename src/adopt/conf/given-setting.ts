import type { ConfEntry, ConfSource } from '../../engine/conf/conf-source.ts';
import { optionOfVariable } from '../../engine/resolve/read-environment-options.ts';
import { readOptionName } from '../../engine/resolve/read-option-name.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { indexedName, type EngineOption } from '../../model/option-table.ts';
import type { SourcePosition } from '../../model/source-position.ts';

/** A variable of the engine's environment, `PGBACKREST_REPO1_PATH`, and where it stood. */
export interface EngineVariable {
  readonly name: string;
  readonly value: string;
  readonly position: SourcePosition | undefined;
}

/** One option of pgBackRest as an installation gives it in one place. */
export interface GivenSetting {
  readonly option: EngineOption;
  /** 2 of `repo2-path`; undefined for options without an index. */
  readonly index: number | undefined;
  /** The present name with its index, whatever the old name was. */
  readonly name: string;
  /** As it was written: `repo1-s3-bucket`, `backup-host`, `PGBACKREST_REPO1_PATH`. */
  readonly written: string;
  /** One, or several of a list. */
  readonly values: readonly string[];
  /** Undefined: for all stanzas. */
  readonly stanza: string | undefined;
  /** Set when it is for one command only. */
  readonly command: string | undefined;
  readonly fromEnvironment: boolean;
  readonly position: SourcePosition | undefined;
}

/** `file:line:column` of an entry's name. */
export function positionOfEntry(entry: ConfEntry, source: ConfSource): SourcePosition {
  const before = source.text.slice(0, entry.nameStart);
  const line = before.split('\n').length;
  return { file: source.file, line, column: entry.nameStart - (before.lastIndexOf('\n') + 1) + 1 };
}

/**
 * Every option that files and environment give, by present name. Lines that the engine ignores or refuses are left
 * out; what it says of them is told elsewhere (lines-without-effect.ts).
 *
 * @param refused entries that make the engine fail
 */
export function readGivenSettings(
  sources: readonly ConfSource[],
  environment: readonly EngineVariable[],
  version: EngineVersion,
  refused: ReadonlySet<ConfEntry>,
): GivenSetting[] {
  const found = new Map<string, GivenSetting>();
  for (const variable of environment) {
    const setting = settingOfVariable(variable, version);
    if (setting !== undefined) found.set(`environment ${setting.name}`, setting);
  }
  for (const source of sources) {
    for (const entry of source.entries) {
      if (refused.has(entry)) continue;
      const setting = settingOfEntry(entry, source, version);
      if (setting === undefined) continue;
      const key = `${entry.section} ${setting.name}`;
      const earlier = found.get(key);
      // A second value of an option that is no list is refused by the engine, and the first one counts here.
      if (earlier === undefined) found.set(key, setting);
      else if (setting.option.multi === true)
        found.set(key, { ...earlier, values: [...earlier.values, ...setting.values] });
    }
  }
  const settings = [...found.values()];
  const variables = new Set(settings.flatMap(({ fromEnvironment, name }) => (fromEnvironment ? [name] : [])));
  // A variable comes before every section, for every command.
  return settings.filter(({ fromEnvironment, name }) => fromEnvironment || !variables.has(name));
}

function settingOfEntry(
  entry: ConfEntry,
  source: ConfSource,
  version: EngineVersion,
): GivenSetting | undefined {
  const reading = readOptionName(entry.name, version);
  if (reading.kind !== 'option' || reading.negated || reading.reset) return undefined;
  const { option, index } = reading;
  if (option.section === 'command-line' || entry.value === '') return undefined;
  const [base = '', command] = entry.section.split(':', 2);
  const stanza = base === 'global' ? undefined : base;
  if (stanza === undefined && option.section === 'stanza') return undefined;
  return {
    option,
    index: option.group === undefined ? undefined : index,
    name: indexedName(option, index),
    written: entry.name,
    values: [entry.value],
    stanza,
    command,
    fromEnvironment: false,
    position: positionOfEntry(entry, source),
  };
}

function settingOfVariable(variable: EngineVariable, version: EngineVersion): GivenSetting | undefined {
  const name = optionOfVariable(variable.name);
  const reading = name === undefined ? undefined : readOptionName(name, version);
  if (reading?.kind !== 'option' || reading.negated || reading.reset || variable.value === '')
    return undefined;
  const { option, index } = reading;
  if (option.section === 'command-line') return undefined;
  return {
    option,
    index: option.group === undefined ? undefined : index,
    name: indexedName(option, index),
    written: variable.name,
    values: option.multi === true ? variable.value.split(':') : [variable.value],
    stanza: undefined,
    command: undefined,
    fromEnvironment: true,
    position: variable.position,
  };
}
