import { isDeepStrictEqual } from 'node:util';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';
import { crontabLines, isBackupLine } from './crontab-lines.ts';
import { readYaml, removeYamlKey, setOwnedItems, setYamlKey, UneditableError } from './edit-yaml.ts';
import { findCluster, mapping, readClusters, type PigstyCluster } from './inventory.ts';
import { pigstyRepository, type PigstyRepository } from './repository-variables.ts';
import { isOwnLookup, isPublishedPassphrase } from './secret-lookup.ts';
import type { YamlEntry, YamlValue } from './yaml-text.ts';

/** Variables that Pigsty 4 does not have any more, or never had: it ignores them, and people believe them. */
const goneVariables = ['pgbackrest_clean', 'pgbackrest_ssl_dir'];
const ownVariables = ['pgbackrest_enabled', 'pgbackrest_method', 'pgbackrest_repo'];

/**
 * pigsty.yml with what holdfast.yaml says of its clusters; all else stays to the byte. What is the same for every cluster
 * of the file goes into `all.vars`, else into `vars` of the cluster.
 *
 * @throws Failure nothing-found, config-invalid, file-unusable where it cannot be edited
 */
export function editPigsty(text: string, configuration: Configuration, call: RenderCall): string {
  try {
    return editAll(text, configuration, call);
  } catch (error) {
    if (!(error instanceof UneditableError)) throw error;
    throw new Failure('file-unusable', {
      operation: 'edit pigsty.yml',
      problem: error.message,
      hint: 'Nothing was changed. Write that part in the plain way (a block, no alias), or by hand: `holdfast render pigsty` shows the variables.',
      cause: error,
    });
  }
}

function editAll(text: string, configuration: Configuration, call: RenderCall): string {
  const clusters = readClusters(text);
  const wanted = chosenStanzas(configuration, call.stanza).map((stanza) => ({
    stanza,
    cluster: findCluster(clusters, stanza.name),
    repository: pigstyRepository(stanza, configuration, call),
  }));
  const first = wanted[0]?.repository;
  const isCommon =
    wanted.length === clusters.length &&
    wanted.every(
      ({ repository, cluster }) =>
        isDeepStrictEqual(repository, first) && !ownVariables.some((key) => key in cluster.variables),
    );
  let edited = text;
  if (isCommon && first !== undefined) edited = setRepository(edited, ['all', 'vars'], first, call);
  for (const { stanza, cluster, repository } of wanted) {
    const place = variablesOf(cluster);
    if (!isCommon) edited = setRepository(edited, place, repository, call);
    edited = setSchedule(edited, place, configuration, stanza);
  }
  if (configuration.deploy.pigsty.version === 3) return edited;
  for (const place of [['all', 'vars'], ...wanted.map(({ cluster }) => variablesOf(cluster))])
    for (const key of goneVariables) edited = removeYamlKey(edited, [...place, key]);
  return edited;
}

export function chosenStanzas({ stanzas }: Configuration, name: string | undefined): readonly Stanza[] {
  const found = stanzas.filter((stanza) => name === undefined || stanza.name === name);
  if (found.length > 0) return found;
  throw new Failure('stanza-missing', {
    operation: 'render pigsty',
    problem: `there is no stanza ${name ?? ''}`,
    hint: `Name one of ${stanzas.map((stanza) => stanza.name).join(', ')}.`,
  });
}

function variablesOf({ group }: PigstyCluster): readonly string[] {
  return ['all', 'children', group, 'vars'];
}

function setRepository(
  text: string,
  place: readonly string[],
  repository: PigstyRepository,
  call: RenderCall,
): string {
  const path = [...place, 'pgbackrest_repo', repository.name];
  const present = mapping(readYaml(text, path));
  refusePublished(present, repository);
  const entries = repository.entries.map((entry) => keepSecret(entry, present, repository, call));
  const set = (edited: string, key: string, value: YamlValue): string =>
    setYamlKey(edited, [...place, key], value);
  const named = set(set(text, 'pgbackrest_enabled', true), 'pgbackrest_method', repository.name);
  return setYamlKey(named, path, { entries });
}

/** A secret that somebody has put there (`!vault`, a variable of theirs, a value) stays, unless values are to be written. */
function keepSecret(
  [key, value]: YamlEntry,
  present: Readonly<Record<string, unknown>>,
  { secretKeys }: PigstyRepository,
  { withSecrets }: RenderCall,
): YamlEntry {
  const there = present[key];
  const isKept = !withSecrets && secretKeys.includes(key) && typeof there === 'string' && there !== '';
  return isKept && !isOwnLookup(there) ? [key, there] : [key, value];
}

/** Another passphrase would make what is there unreadable, and the published one makes it readable for everybody. */
function refusePublished(
  present: Readonly<Record<string, unknown>>,
  { name, entries }: PigstyRepository,
): void {
  if (!isPublishedPassphrase(present['cipher_pass'])) return;
  const location = ['type', 's3_endpoint', 's3_bucket', 'path', 'storage_port'];
  const wanted = Object.fromEntries(entries);
  if (location.some((key) => (present[key] ?? undefined) !== wanted[key])) return;
  throw new Failure('config-invalid', {
    operation: 'edit pigsty.yml',
    place: `pgbackrest_repo.${name}.cipher_pass`,
    problem: 'this repository has the passphrase that Pigsty publishes, and pgBackRest cannot change one',
    hint: 'Give the repository another `path` in holdfast.yaml and a passphrase of its own (`holdfast secrets generate`); keep the old one until its backups are not needed any more.',
  });
}

function setSchedule(
  text: string,
  place: readonly string[],
  configuration: Configuration,
  stanza: Stanza,
): string {
  const lines = crontabLines(configuration, stanza);
  const [own, other] =
    configuration.deploy.pigsty.version === 3
      ? ['node_crontab', 'pg_crontab']
      : ['pg_crontab', 'node_crontab'];
  const set = setOwnedItems(text, [...place, own as string], lines, isBackupLine);
  // The same backup twice a night: what was in the other crontab is here now.
  return setOwnedItems(set, [...place, other as string], [], isBackupLine);
}
