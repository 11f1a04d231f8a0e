import { dirname } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { readConfText } from '../../engine/conf/read-conf-text.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import type { ConfSource } from '../../engine/conf/conf-source.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { SecretReference } from '../../model/secret.ts';
import { Failure } from '../../model/failure.ts';
import type { Draft, DraftNote } from '../draft.ts';
import { writeDraft } from '../write-draft.ts';
import { compareBehaviours, readBehaviours, type Difference } from './behaviour.ts';
import { DraftBuilder } from './draft-builder.ts';
import type { FileContext } from './draft-context.ts';
import { draftEngine, draftTlsServer, type EnginePlaces } from './draft-engine.ts';
import { draftNodes } from './draft-nodes.ts';
import { draftGlobalOptions, draftStanzaOptions } from './draft-options.ts';
import { draftRepositories } from './draft-repository.ts';
import { readGivenSettings, type EngineVariable, type GivenSetting } from './given-setting.ts';
import {
  noteComments,
  noteDifferences,
  noteKept,
  noteOldNames,
  noteRefusals,
  noteTimes,
  noteTuning,
  noteVariables,
} from './notes.ts';
import { pruneDraft } from './prune-draft.ts';
import { SecretPlaces, type SecretFile, type SecretMode } from './secret-places.ts';
import { SettingView } from './setting-view.ts';
import { noteUnusedLines, refusedLines, refusedVariables } from './source-lines.ts';

/** Everything that was read of an existing installation. */
export interface Installation {
  readonly version: EngineVersion;
  readonly places: EnginePlaces;
  /** pgbackrest.conf, then conf.d by name, as the engine reads them. */
  readonly sources: readonly ConfSource[];
  readonly variables: readonly EngineVariable[];
}

/** What is to be made of it. */
export interface AdoptionRequest {
  /** Where holdfast.yaml will be, absolute. */
  readonly output: string;
  readonly secrets: SecretMode;
  /** Adds what other files say (schedules, Patroni) to the stanzas that were found. */
  readonly extend: (builder: DraftBuilder, stanzas: readonly string[]) => void;
}

/** A holdfast.yaml that does what the installation does, and everything that must be told about it. */
export interface Adoption {
  readonly draft: Draft;
  readonly text: string;
  readonly configuration: Configuration;
  readonly secretFiles: readonly SecretFile[];
  readonly stanzas: readonly string[];
  /** How many commands were compared, and where they differ. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Stands for the value of a secret that only the engine's environment has. */
const unseenSecret = 'taken-from-the-environment';

/**
 * Makes a holdfast.yaml from an existing installation and proves it: what every command of the engine makes of the
 * rendered files is compared with what it makes of the old ones, and each difference is a note. Pure.
 *
 * @throws Failure engine-configuration when no stanza can be taken over; its details hold the notes
 */
export function adoptInstallation(installation: Installation, request: AdoptionRequest): Adoption {
  const { version, sources, variables } = installation;
  const environment = environmentOf(variables);
  const stanzas = stanzasOf(sources, environment);
  const before = readBehaviours({ version, sources, environment }, stanzas);
  const refused = new Set(refusedLines(before).keys());
  const badVariables = refusedVariables(before);
  const usable = variables.filter(({ name }) => !badVariables.has(name));
  const settings = readGivenSettings(sources, usable, version, refused);
  const secrets = new SecretPlaces(request.secrets, dirname(request.output));
  const builder = new DraftBuilder();
  const context: FileContext = { version, builder, secrets, carried: new Set() };
  draftFile(context, { stanzas, settings, places: installation.places });
  request.extend(builder, stanzas);
  builder.notes.push(
    ...noteUnusedLines(sources, before, stanzas, version),
    ...noteVariables(variables, badVariables),
    ...noteOldNames(settings),
  );
  const told = builder.notes.length;
  const pruned = pruneDraft(builder, request.output, version);
  if (pruned?.configuration === undefined)
    throw nothingToAdopt(installation, stanzas, { notes: builder.notes, told });
  const { configuration } = pruned;
  const adopted = configuration.stanzas.map(({ name }) => name);
  const unseen = Object.fromEntries(builder.unseenVariables().map((name) => [name, unseenSecret]));
  const withoutErrors = withoutRefused(sources, refused);
  const seen = readBehaviours(
    { version, sources: withoutErrors, environment: { ...environmentOf(usable), ...unseen } },
    adopted,
  );
  const written = rendered(configuration, version, secrets);
  const after = readBehaviours({ version, sources: written, environment: {} }, adopted);
  const differences = compareBehaviours(seen, after, version);
  noteDifferences(builder, differences, settings);
  builder.notes.push(
    ...noteRefusals(seen),
    ...noteTimes(settings, version),
    ...noteComments(settings),
    ...noteKept(pruned.problems, builder),
    ...noteTuning(after),
  );
  const draft = builder.build(headerOf(installation));
  return {
    draft,
    text: writeDraft(draft),
    configuration,
    secretFiles: secrets.files(),
    stanzas: adopted,
    compared: after.length,
    differences,
  };
}

interface FileParts {
  readonly stanzas: readonly string[];
  readonly settings: readonly GivenSetting[];
  readonly places: EnginePlaces;
}

function draftFile(context: FileContext, { stanzas, settings, places }: FileParts): void {
  for (const stanza of stanzas) {
    const path = ['stanzas', stanza];
    const stanzaContext = {
      ...context,
      view: new SettingView(stanza, settings),
      several: stanzas.length > 1,
    };
    if (!draftNodes(stanzaContext, path)) {
      noteWithoutServer(context, stanza, settings);
      continue;
    }
    draftRepositories(stanzaContext, path);
    draftStanzaOptions(stanzaContext, path, settings);
  }
  draftEngine(context, places, settings);
  draftTlsServer(context, settings);
  draftGlobalOptions(context, settings);
}

/** A section that is left over, or that only commands about the repository use: holdfast.yaml describes clusters. */
function noteWithoutServer(
  { builder }: FileContext,
  stanza: string,
  settings: readonly GivenSetting[],
): void {
  builder.notes.push({
    kind: 'not-carried',
    severity: 'warning',
    what: `[${stanza}]`,
    why: 'It names no server (pg1-path), and a stanza of holdfast.yaml has at least one.',
    position: settings.find((setting) => setting.stanza === stanza)?.position,
  });
}

function environmentOf(variables: readonly EngineVariable[]): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

/** Sections that are not [global], in the order of the files; PGBACKREST_STANZA names one without a section. */
function stanzasOf(sources: readonly ConfSource[], environment: Readonly<Record<string, string>>): string[] {
  const sections = sources.flatMap((source) =>
    source.sections.map(({ name }) => name.split(':', 1)[0] ?? ''),
  );
  const named = environment['PGBACKREST_STANZA'];
  const all = new Set([...sections, ...(named === undefined ? [] : [named])]);
  all.delete('global');
  all.delete('');
  return [...all];
}

/** The old files without what makes commands fail: only so can the commands be compared at all. */
function withoutRefused(sources: readonly ConfSource[], refused: ReadonlySet<unknown>): ConfSource[] {
  return sources.map((source) => ({
    ...source,
    badLines: [],
    entries: source.entries.filter((entry) => !refused.has(entry)),
  }));
}

function rendered(configuration: Configuration, version: EngineVersion, secrets: SecretPlaces): ConfSource[] {
  const reveal = (reference: SecretReference): string =>
    reference.kind === 'literal' ? reference.value : (secrets.reveal(reference) ?? unseenSecret);
  const files = renderConf(configuration, { version, machine: { cores: 1 }, secrets: reveal });
  return files.map(({ content, path }) => readConfText(content, path));
}

function headerOf({ sources, version }: Installation): string[] {
  return [
    `Taken over from ${sources.map(({ file }) => file).join(', ')} (pgBackRest ${version.text}).`,
    'It renders to what those files said. `engine.defaults: own` keeps pgBackRest as it was; without that line',
    "Holdfast's measured choices hold (docs/tuning.md).",
  ];
}

function nothingToAdopt(
  { sources }: Installation,
  stanzas: readonly string[],
  { notes, told }: { readonly notes: readonly DraftNote[]; readonly told: number },
): Failure {
  const place = sources.map(({ file }) => file).join(', ');
  // What was taken out first is the reason; what is missing without it came after.
  const reason = notes.slice(told)[0] ?? notes.findLast(({ kind }) => kind === 'not-carried');
  return new Failure('engine-configuration', {
    operation: 'take over a configuration of pgbackrest',
    place: place === '' ? undefined : place,
    problem:
      stanzas.length === 0
        ? 'there is no stanza in it'
        : `no stanza of it can be taken over: ${reason?.why ?? ''}`,
    hint:
      stanzas.length === 0
        ? 'Name the right file with --conf. A stanza is a section such as [main] with pg1-path in it; variables are read with --env. Where no database is backed up yet, `holdfast init` writes a new configuration.'
        : `\`holdfast lint ${sources.map(({ file }) => file).join(' ')}\` says what is wrong with each line; correct that first.`,
    details: { notes },
  });
}
