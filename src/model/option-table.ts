import { compareEngineVersions, parseEngineVersion, type EngineVersion } from './engine-version.ts';
import { nearestName } from './nearest-name.ts';
import table from './pgbackrest-options.json' with { type: 'json' };

export type OptionType =
  | 'boolean'
  | 'integer'
  | 'size'
  | 'time'
  | 'string'
  | 'string-id'
  | 'path'
  | 'list'
  | 'hash';

/** Lowest and highest value, in the option's own notation (`8KiB`, `100ms`, `-7`). */
export interface OptionRange {
  readonly min: string;
  readonly max: string;
}

/** A value that depends on another option's value, such as the range of compress-level on compress-type. */
export interface DependentValue<T> {
  readonly by: Readonly<Record<string, T>>;
}

/** What differs for one command. */
export interface OptionOverride {
  readonly required?: boolean;
  readonly default?: string;
  readonly allowList?: readonly string[];
  readonly depend?: OptionDependency;
}

/** The option has a meaning only when another one has one of these values (or, without values, is set). */
export interface OptionDependency {
  readonly option: string;
  readonly values?: readonly string[];
  readonly defaultIfUnresolved?: string;
}

/**
 * One option of pgBackRest, as one version knows it. Source: `src/build/config/config.yaml` of each release.
 *
 * `section` tells where it may stand: `global` everywhere in the file, `stanza` only in a stanza's section,
 * `command-line` never in the file.
 */
export interface EngineOption {
  readonly name: string;
  readonly section: 'global' | 'stanza' | 'command-line';
  readonly type: OptionType;
  /** Set for options written with an index: `pg-path` is `pg1-path`. */
  readonly group?: 'pg' | 'repo';
  readonly required?: boolean;
  /** A secret: only in a file or the environment, never on the command line. */
  readonly secure?: boolean;
  readonly internal?: boolean;
  readonly beta?: boolean;
  /** A string-id that also takes y and n. */
  readonly boolLike?: boolean;
  readonly multi?: boolean;
  readonly negate?: boolean;
  readonly default?: string | DependentValue<string>;
  readonly allowList?: readonly string[];
  readonly allowRange?: OptionRange | DependentValue<OptionRange>;
  readonly depend?: OptionDependency;
  /** Commands (main role) that take it. */
  readonly commands: readonly string[];
  /** Commands that take it although no documentation says so: one process of the engine hands it to another. */
  readonly internalCommands?: readonly string[];
  readonly commandOverrides?: Readonly<Record<string, OptionOverride>>;
  /** First version that knows it; undefined means 2.45 or earlier. */
  readonly since?: string;
  /** First version that does not know it any more. */
  readonly removedIn?: string;
}

/** An option found by the name a person wrote. */
export interface FoundOption {
  readonly option: EngineOption;
  /** The 2 of `repo2-path`; undefined when the name has none. */
  readonly index: number | undefined;
  /** The current name with its index (`repo1-host` for `backup-host`); equals what was asked unless deprecated. */
  readonly name: string;
  /** True when it was asked for by a name that pgBackRest keeps only for old files. */
  readonly deprecated: boolean;
}

interface OptionChange {
  readonly in: string;
  readonly commands?: { readonly added: readonly string[]; readonly removed: readonly string[] };
}
interface InternalCommands {
  readonly commands: readonly string[];
  readonly since?: string;
  /** First version in which they do not take it any more. */
  readonly until?: string;
}
type OptionRow = Omit<EngineOption, 'internalCommands'> & {
  readonly changes?: readonly OptionChange[];
  readonly internalCommands?: readonly InternalCommands[];
};
interface CommandRow {
  readonly name: string;
  readonly internal?: boolean;
  readonly since?: string;
  readonly removedIn?: string;
}
/** A name kept for old files: `db?-host`, where `?` is an index. */
export interface DeprecatedName {
  readonly pattern: string;
  /** May be written with an index. */
  readonly indexed: boolean;
  /** May be written without one, and then means the first. */
  readonly unindexed: boolean;
  /** Base name of the option that it means. */
  readonly replacement: string;
}

const rows = table.options as unknown as readonly OptionRow[];
const commandRows = table.commands as readonly CommandRow[];
const deprecatedRows: readonly DeprecatedName[] = table.deprecated;
const views = new Map<string, ReadonlyMap<string, EngineOption>>();

/** Highest index of a pg or repo option (pgBackRest configuration guide, "Multiple repositories"). */
const highestIndex = 256;

/**
 * Every option that a version knows, as that version knows it (types, values, ranges and commands of that time).
 *
 * @param version undefined: every option of any supported version in its newest form
 */
export function optionsOf(version?: EngineVersion): readonly EngineOption[] {
  return [...viewOf(version).values()];
}

/** The option of that exact base name (`repo-path`, never `repo1-path`), or undefined. */
export function optionNamed(name: string, version?: EngineVersion): EngineOption | undefined {
  return viewOf(version).get(name);
}

/**
 * Finds an option by the name a person would write: `process-max`, `repo2-path`, `repo-path`, or a deprecated alias.
 *
 * @param version undefined searches every supported version
 */
export function findOption(name: string, version?: EngineVersion): FoundOption | undefined {
  const view = viewOf(version);
  const plain = view.get(name);
  if (plain) return { option: plain, index: undefined, name, deprecated: false };
  const indexed = splitIndex(name);
  if (indexed) {
    const option = view.get(indexed.base);
    if (option?.group) return { option, index: indexed.index, name, deprecated: false };
  }
  return findDeprecated(name, view);
}

/** True when the option (by base name) exists in that version. */
export function isKnownIn(option: EngineOption | string, version: EngineVersion): boolean {
  return viewOf(version).has(typeof option === 'string' ? option : option.name);
}

/** True when the engine takes the option with the command, be it for its own use. */
export function isTakenBy(option: EngineOption, command: string): boolean {
  return option.commands.includes(command) || option.internalCommands?.includes(command) === true;
}

/** Names that only old files have; the same in every supported version. */
export function deprecatedNames(): readonly DeprecatedName[] {
  return deprecatedRows;
}

/** The option as written in a file: `repo-path` and 2 give `repo2-path`; without a group the index is left out. */
export function indexedName(option: Pick<EngineOption, 'name' | 'group'>, index: number): string {
  return option.group === undefined
    ? option.name
    : option.name.replace(option.group, `${option.group}${index}`);
}

/** Names of the commands that a version has and that are meant for people. */
export function commandsOf(version?: EngineVersion): readonly string[] {
  return commandRows.filter((row) => row.internal !== true && existsIn(row, version)).map((row) => row.name);
}

/**
 * The option name a person probably meant; carries over an index (`repo1-pth` → `repo1-path`).
 *
 * @returns undefined when nothing is near
 */
export function suggestOption(name: string, version?: EngineVersion): string | undefined {
  const indexed = splitIndex(name);
  const names = [...viewOf(version).values()].filter((option) => option.section !== 'command-line');
  if (!indexed)
    return nearestName(
      name,
      names.map((option) => option.name),
    );
  const group = indexed.base.startsWith('pg-') ? 'pg' : 'repo';
  const grouped = names
    .filter((option) => option.group === group)
    .map((option) => indexedName(option, indexed.index));
  return nearestName(name, grouped);
}

function splitIndex(name: string): { readonly base: string; readonly index: number } | undefined {
  const match = /^(pg|repo)([1-9]\d{0,2})-(.+)$/.exec(name);
  if (!match) return undefined;
  const index = Number(match[2]);
  return index > highestIndex ? undefined : { base: `${match[1]}-${match[3]}`, index };
}

function findDeprecated(name: string, view: ReadonlyMap<string, EngineOption>): FoundOption | undefined {
  for (const row of deprecatedRows) {
    const [before = '', after] = row.pattern.split('?');
    const pattern = after === undefined ? `^${before}$` : `^${before}([1-9]\\d{0,2})?${after}$`;
    const match = new RegExp(pattern).exec(name);
    const option = view.get(row.replacement);
    if (!match || !option) continue;
    if (match[1] === undefined ? !row.unindexed : !row.indexed) continue;
    const index = Number(match[1] ?? 1);
    return {
      option,
      index: option.group ? index : undefined,
      name: indexedName(option, index),
      deprecated: true,
    };
  }
  return undefined;
}

function viewOf(version: EngineVersion | undefined): ReadonlyMap<string, EngineOption> {
  const key = version === undefined ? 'any' : `${version.major}.${version.minor}.${version.patch}`;
  const known = views.get(key);
  if (known) return known;
  const view = new Map<string, EngineOption>();
  for (const row of rows) {
    if (existsIn(row, version)) view.set(row.name, { ...asOf(row, version), ...internalOf(row, version) });
  }
  views.set(key, view);
  return view;
}

function existsIn(row: { since?: string; removedIn?: string }, version: EngineVersion | undefined): boolean {
  if (version === undefined) return true;
  if (row.since !== undefined && compareEngineVersions(version, versionOf(row.since)) < 0) return false;
  return row.removedIn === undefined || compareEngineVersions(version, versionOf(row.removedIn)) < 0;
}

/** Takes back, newest first, every change that came after the version. */
function asOf(known: OptionRow, version: EngineVersion | undefined): EngineOption {
  const row = { ...known } as Omit<OptionRow, 'internalCommands'> & { internalCommands?: never };
  delete row.internalCommands;
  if (version === undefined) return row;
  const later = (row.changes ?? []).filter(
    (change) => compareEngineVersions(version, versionOf(change.in)) < 0,
  );
  if (later.length === 0) return row;
  const fields: Record<string, unknown> = { ...row };
  for (const change of later.toReversed()) {
    for (const [field, value] of Object.entries(change)) {
      if (field === 'in') continue;
      if (field === 'commands') fields['commands'] = commandsBefore(fields['commands'] as string[], change);
      else fields[field] = (value as { from?: unknown }).from ?? undefined;
    }
  }
  delete fields['changes'];
  return fields as unknown as EngineOption;
}

function internalOf(
  row: OptionRow,
  version: EngineVersion | undefined,
): Pick<EngineOption, 'internalCommands'> {
  const commands = (row.internalCommands ?? [])
    .filter(({ since, until }) =>
      existsIn({ ...(since && { since }), ...(until && { removedIn: until }) }, version),
    )
    .flatMap((rule) => rule.commands);
  return commands.length === 0 ? {} : { internalCommands: commands };
}

function commandsBefore(commands: readonly string[], change: OptionChange): readonly string[] {
  const added = change.commands?.added ?? [];
  return [
    ...commands.filter((command) => !added.includes(command)),
    ...(change.commands?.removed ?? []),
  ].toSorted();
}

function versionOf(text: string): EngineVersion {
  const version = parseEngineVersion(text);
  if (!version) throw new Error(`the option table names a version that is none: ${text}`);
  return version;
}
