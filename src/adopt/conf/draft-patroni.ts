import type { DocumentFacts, YamlValue } from '../../lint/facts.ts';
import type { LintProject } from '../../lint/lint-rule.ts';
import { yamlAt, yamlText } from '../../lint/readers/yaml/yaml-path.ts';
import type { DraftBuilder } from './draft-builder.ts';

/**
 * `patroni:` of the stanza whose server a patroni.yml manages: the one with its data directory, the one that its
 * archive_command names, or the only one.
 */
export function draftPatroni(builder: DraftBuilder, project: LintProject, stanzas: readonly string[]): void {
  for (const facts of project.documents) {
    if (facts.document.kind !== 'patroni') continue;
    for (const root of facts.yaml ?? []) draftOne(builder, { facts, root, project }, stanzas);
  }
}

interface PatroniFile {
  readonly facts: DocumentFacts;
  readonly root: YamlValue;
  readonly project: LintProject;
}

function draftOne(builder: DraftBuilder, file: PatroniFile, stanzas: readonly string[]): void {
  const { facts, root } = file;
  const restapi = yamlAt(root, 'restapi');
  const listen = yamlText(yamlAt(restapi, 'listen')) ?? yamlText(yamlAt(restapi, 'connect_address'));
  const address = listen === undefined ? undefined : /^(.*):(\d{1,5})$/.exec(listen.value);
  if (listen === undefined || address === null || address === undefined) return;
  const position = facts.document.positionOf(listen.start);
  const stanza = stanzaOf(builder, file, stanzas);
  if (stanza === undefined) {
    const what = `restapi.listen of ${facts.document.file}`;
    const why =
      'It cannot be told which of the stanzas this Patroni manages: add `patroni: { url }` to the right one.';
    builder.notes.push({ kind: 'not-carried', severity: 'warning', what, why, position });
    return;
  }
  const secure = yamlAt(restapi, 'certfile') !== undefined;
  const origin = { written: 'restapi.listen', position };
  const path = ['stanzas', stanza, 'patroni'];
  builder.set(
    [...path, 'url'],
    `${secure ? 'https' : 'http'}://${localHost(address[1] ?? '')}:${address[2]}`,
    origin,
  );
  const caFile = yamlText(yamlAt(restapi, 'cafile'))?.value;
  if (secure && caFile !== undefined) builder.set([...path, 'caFile'], caFile, origin);
}

/** What listens everywhere is reached on loopback. */
function localHost(listen: string): string {
  const host = listen.split(',')[0]?.trim() ?? '';
  return ['', '*', '0.0.0.0', '::', '[::]'].includes(host) ? '127.0.0.1' : host;
}

function stanzaOf(
  builder: DraftBuilder,
  { facts, root, project }: PatroniFile,
  stanzas: readonly string[],
): string | undefined {
  const present = stanzas.filter((stanza) => builder.has(['stanzas', stanza]));
  const directory = yamlText(yamlAt(root, 'postgresql', 'data_dir'))?.value;
  const byDirectory = present.find((stanza) => ownsDirectory(builder, stanza, directory));
  if (byDirectory !== undefined) return byDirectory;
  const named = project.engineInvocations
    .filter(({ invocation }) => invocation.place.document.file === facts.document.file)
    .flatMap(({ options }) => options.find(({ name }) => name.value === 'stanza')?.value?.value ?? []);
  return present.find((stanza) => named.includes(stanza)) ?? (present.length === 1 ? present[0] : undefined);
}

function ownsDirectory(builder: DraftBuilder, stanza: string, directory: string | undefined): boolean {
  if (directory === undefined) return false;
  return builder
    .paths()
    .filter((path) => path[1] === stanza && path[2] === 'postgres' && path.at(-1) === 'path')
    .some((path) => builder.valueAt(path) === directory);
}
