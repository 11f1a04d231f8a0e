import { indexedName, isTakenBy } from '../../model/option-table.ts';
import type { ConfEntry, ConfSource } from '../conf/conf-source.ts';
import type { GivenOptions } from './given-options.ts';
import { type NameReading, readOptionName } from './read-option-name.ts';
import type { ResolveInput } from './resolved-options.ts';

type KnownOption = Extract<NameReading, { kind: 'option' }>;

interface PlacedEntry {
  readonly entry: ConfEntry;
  readonly source: ConfSource;
}

interface Section {
  readonly name: string;
  readonly global: boolean;
  /** `global:backup`: options that the command does not take are worth a warning there. */
  readonly forCommand: boolean;
}

/**
 * Reads the sections that concern a command, the most special first (pgBackRest `src/config/parse.c`, phase 3). All
 * files count as one: a key in two files of one section is a key given twice.
 */
export function readFileOptions(input: ResolveInput, given: GivenOptions): void {
  for (const source of input.sources) {
    for (const bad of source.badLines) given.refuse(29, { source, problem: bad.problem });
  }
  for (const section of sectionsOf(input, given)) readSection(input, section, given);
}

/** The stanza may also come from PGBACKREST_STANZA. */
function sectionsOf(input: ResolveInput, given: GivenOptions): readonly Section[] {
  const stanza = given.all().find((candidate) => candidate.option.name === 'stanza')?.values[0];
  const bases = stanza === undefined ? ['global'] : [stanza, 'global'];
  return bases.flatMap((base) => [
    { name: `${base}:${input.command}`, global: base === 'global', forCommand: true },
    { name: base, global: base === 'global', forCommand: false },
  ]);
}

function readSection(input: ResolveInput, section: Section, given: GivenOptions): void {
  const seen = new Map<string, string>();
  for (const [name, places] of entriesByName(input.sources, section.name)) {
    const first = places[0] as PlacedEntry;
    const reading = readOptionName(name, input.version);
    const about = { option: name, ...first };
    if (reading.kind === 'refused') {
      given.refuse(31, { ...about, problem: reading.problem });
      continue;
    }
    const ignored = whyIgnored(reading);
    if (ignored !== undefined) {
      given.warn({ ...about, problem: ignored });
      continue;
    }
    const known = reading as KnownOption;
    const present = indexedName(known.option, known.index);
    const other = seen.get(present);
    if (other !== undefined)
      given.refuse(31, { ...about, problem: `${name} and ${other} are the same option, in one section` });
    else seen.set(present, name);
    if (isForThis(input, section, known, about, given)) takeEntries(known, section, places, given);
  }
}

/** Keys in the order in which they first appear, each with all its lines. */
function entriesByName(
  sources: readonly ConfSource[],
  section: string,
): ReadonlyMap<string, readonly PlacedEntry[]> {
  const found = new Map<string, PlacedEntry[]>();
  for (const source of sources) {
    for (const entry of source.entries) {
      if (entry.section !== section) continue;
      const places = found.get(entry.name);
      if (places === undefined) found.set(entry.name, [{ entry, source }]);
      else places.push({ entry, source });
    }
  }
  return found;
}

function whyIgnored(reading: Exclude<NameReading, { kind: 'refused' }>): string | undefined {
  if (reading.kind === 'unknown') return 'there is no such option, the line is ignored';
  if (reading.negated) return 'a file cannot negate an option, the line is ignored';
  if (reading.reset) return 'a file cannot reset an option, the line is ignored';
  if (reading.option.section === 'command-line')
    return 'it is only for the command line, the line is ignored';
  return undefined;
}

function isForThis(
  input: ResolveInput,
  section: Section,
  { option }: KnownOption,
  about: PlacedEntry & { readonly option: string },
  given: GivenOptions,
): boolean {
  if (!isTakenBy(option, input.command)) {
    if (section.forCommand)
      given.warn({ ...about, problem: `${input.command} does not take it, the line is ignored` });
    return false;
  }
  if (option.section === 'stanza' && section.global) {
    given.warn({ ...about, problem: "it belongs into a stanza's section, the line is ignored" });
    return false;
  }
  return true;
}

function takeEntries(
  { option, index }: KnownOption,
  section: Section,
  places: readonly PlacedEntry[],
  given: GivenOptions,
): void {
  if (given.find(option, index) !== undefined) return;
  const first = places[0] as PlacedEntry;
  const values = places.map(({ entry }) => entry.value);
  const about = { option: first.entry.name, ...first };
  const boolean = option.type === 'boolean';
  if (values.length > 1) {
    if (option.multi !== true)
      given.refuse(31, { ...about, ...places[1], problem: `it stands more than once in [${section.name}]` });
  } else if (values[0] === '') given.refuse(32, { ...about, problem: 'it has no value' });
  else if (boolean && values[0] !== 'y' && values[0] !== 'n')
    given.refuse(32, { ...about, problem: `its value must be y or n, not ${values[0]}` });
  given.add({
    option,
    index,
    origin: 'file',
    negated: boolean && values[0] === 'n',
    reset: false,
    values: boolean ? [] : values,
    ...first,
  });
}
