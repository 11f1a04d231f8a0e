import type { ConfEntry, ConfSource } from '../../engine/conf/conf-source.ts';
import { readConfText } from '../../engine/conf/read-conf-text.ts';
import { stanzasOf } from '../../engine/resolve/parse-verdict.ts';
import { readOptionName } from '../../engine/resolve/read-option-name.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { DocumentFacts, EngineSetting } from '../facts.ts';
import type { LintDocument, Place } from '../lint-document.ts';
import type { LintProject } from '../lint-rule.ts';
import { holdsPlaceholder } from '../placeholder.ts';
import { usualValue } from './usual-value.ts';

/** Files that the engine would read together. */
export interface EngineConfiguration {
  /** The first of them: pgbackrest.conf. */
  readonly document: LintDocument;
  readonly sources: readonly ConfSource[];
  /** Stanzas with a line in them; undefined stands for none. */
  readonly stanzas: readonly (string | undefined)[];
  /** Where the line of an entry stands. */
  readonly placeOf: (entry: ConfEntry) => Place | undefined;
}

const included = /(^|\/)conf\.d\/[^/]+\.conf$/;

/**
 * The configurations of a project: each pgbackrest.conf with the files of the conf.d beside it. Placeholders are
 * replaced by something of the type, or left out where they would decide about other options.
 */
export function configurationsOf(project: LintProject): readonly EngineConfiguration[] {
  const files = project.documents.filter(({ document }) => document.kind === 'pgbackrest-conf');
  const parts = files.filter(({ document }) => included.test(pathOf(document)));
  const mains = files.filter((facts) => !parts.includes(facts));
  const alone = mains.length === 0 ? parts.slice(0, 1) : mains;
  return alone.map((main) => {
    const beside = parts.filter((part) => part !== main && isBeside(main.document, part.document));
    return assemble([main, ...beside], project.engineVersion);
  });
}

function pathOf(document: LintDocument): string {
  return document.destination ?? document.file;
}

function isBeside(main: LintDocument, part: LintDocument): boolean {
  const directory = pathOf(main).replace(/[^/]*$/, '');
  return pathOf(part).startsWith(`${directory}conf.d/`);
}

function assemble(files: readonly DocumentFacts[], version: EngineVersion): EngineConfiguration {
  const places = new Map<ConfEntry, Place>();
  const sources = files.map((facts) => {
    const { source, settings } = writePlain(facts, version);
    for (const [position, entry] of source.entries.entries()) {
      const setting = settings[position];
      if (setting !== undefined) places.set(entry, setting.line);
    }
    return source;
  });
  const stanzas = stanzasOf(sources);
  return {
    document: (files[0] as DocumentFacts).document,
    sources,
    stanzas: stanzas.length === 0 ? [undefined] : stanzas,
    placeOf: (entry) => places.get(entry),
  };
}

interface Line {
  readonly start: number;
  readonly text: string;
  readonly section: string | undefined;
  readonly setting: EngineSetting | undefined;
}

/** The file without its placeholders, with one line for each setting, in its order. */
function writePlain(
  { document, engineFile, unreadable }: DocumentFacts,
  version: EngineVersion,
): { readonly source: ConfSource; readonly settings: readonly EngineSetting[] } {
  const settings = engineFile?.settings ?? [];
  const bad = (unreadable ?? []).filter(
    ({ place }) => !settings.some(({ line }) => place.start >= line.start && place.start < line.end),
  );
  const lines: readonly Line[] = [
    ...settings.flatMap((setting) => plainLine(setting, version)),
    ...bad.map(({ place }) => ({
      start: place.start,
      text: document.text.slice(place.start, place.end),
      section: undefined,
      setting: undefined,
    })),
  ].toSorted((left, right) => left.start - right.start);
  const kept: EngineSetting[] = [];
  let text = '';
  let section = '';
  for (const line of lines) {
    // A part of a file that a document shows may lack the section that its lines are for.
    const wanted = line.section === '' && document.container !== undefined ? 'global' : line.section;
    if (wanted !== undefined && wanted !== section) {
      section = wanted;
      text += `[${section}]\n`;
    }
    text += `${line.text}\n`;
    if (line.setting !== undefined) kept.push(line.setting);
  }
  return { source: readConfText(text, document.file), settings: kept };
}

function plainLine(setting: EngineSetting, version: EngineVersion): readonly Line[] {
  const { name, value, line } = setting;
  if (name.unknown) return [];
  const reading = readOptionName(name.value, version);
  const option = reading.kind === 'option' ? reading.option : undefined;
  const text = value.unknown ? option && usualValue(option) : value.value;
  if (text === undefined) return [];
  const section = holdsPlaceholder(setting.section) ? 'placeholder' : setting.section;
  return [{ start: line.start, text: `${name.value}=${text}`, section, setting }];
}
