import type { ConfEntry, ConfSource } from '../../../engine/conf/conf-source.ts';
import { readOptionName } from '../../../engine/resolve/read-option-name.ts';
import { type ResolvedOptions, resolveOptions } from '../../../engine/resolve/resolve-options.ts';
import { commandsOf } from '../../../model/option-table.ts';
import type { EngineVersion } from '../../../model/engine-version.ts';
import type { EngineFile, EngineSetting } from '../../facts.ts';
import { usualValue } from '../../engine-verdict/usual-value.ts';
import { holdsPlaceholder } from '../../placeholder.ts';

/** What each command of the engine would make of a file, read alone. */
export interface ResolvedFile {
  readonly file: EngineFile;
  readonly stanza: string | undefined;
  readonly byCommand: ReadonlyMap<string, ResolvedOptions>;
  /** The setting that an entry of the result came from. */
  readonly settingOf: (entry: ConfEntry | undefined) => EngineSetting | undefined;
}

/**
 * Resolves a file for each of its stanzas and each command. Placeholders count as a usual value of their option;
 * where that would decide about others (a word out of a list), the line is left out.
 */
export function resolveFile(file: EngineFile, version: EngineVersion): readonly ResolvedFile[] {
  const known = resolvedBefore.get(file);
  if (known?.version === version) return known.resolved;
  const resolved = resolveAnew(file, version);
  resolvedBefore.set(file, { version, resolved });
  return resolved;
}

/** Several rules ask for the same; facts never change. */
const resolvedBefore = new WeakMap<
  EngineFile,
  { readonly version: EngineVersion; readonly resolved: readonly ResolvedFile[] }
>();

function resolveAnew(file: EngineFile, version: EngineVersion): readonly ResolvedFile[] {
  const settings = new Map<ConfEntry, EngineSetting>();
  const entries = file.settings.flatMap((setting): ConfEntry[] => {
    const entry = entryOf(setting, version);
    if (entry === undefined) return [];
    settings.set(entry, setting);
    return [entry];
  });
  const { text } = file.document;
  const source: ConfSource = { file: file.document.file, text, sections: [], entries, badLines: [] };
  const settingOf = (entry: ConfEntry | undefined): EngineSetting | undefined =>
    entry === undefined ? undefined : settings.get(entry);
  return stanzasOf(file).map((stanza) => ({
    file,
    stanza,
    settingOf,
    byCommand: new Map(
      commandsOf(version).map((command) => [
        command,
        resolveOptions({ version, command, stanza, sources: [source], environment: {}, arguments: [] }),
      ]),
    ),
  }));
}

function stanzasOf(file: EngineFile): readonly (string | undefined)[] {
  const bases = file.settings.map(({ section }) => section.split(':')[0] ?? '');
  const names = [...new Set(bases)].filter((base) => base !== '' && base !== 'global');
  return names.length === 0 ? [undefined] : names;
}

function entryOf(setting: EngineSetting, version: EngineVersion): ConfEntry | undefined {
  const { name, value, section, line } = setting;
  const reading = name.unknown ? undefined : readOptionName(name.value, version);
  if (reading === undefined || reading.kind === 'refused') return undefined;
  const option = reading.kind === 'option' ? reading.option : undefined;
  const text = value.unknown && option !== undefined ? usualValue(option) : value.value;
  if (text === undefined) return undefined;
  return {
    section: holdsPlaceholder(section) ? section.replaceAll(/[:\s]/g, '_') : section,
    name: name.value,
    value: text,
    nameStart: name.start,
    valueStart: value.start,
    lineStart: line.start,
    lineEnd: line.end,
  };
}
