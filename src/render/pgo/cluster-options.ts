import { basename } from 'node:path';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import { type ConfOption, fromPassThrough, isRenderable, option } from '../../engine/conf/conf-option.ts';
import { repositoryOptions } from '../../engine/conf/repository-options.ts';
import { tunedOptions } from '../../engine/conf/tuning.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';

/** What PGO derives from `repos`, or sets by itself (internal/pgbackrest/config.go of version 6.0.3). */
const ownOptions =
  /^(?:repo\d+-(?:type|s3-(?:bucket|endpoint|region)|azure-container|gcs-bucket)|archive-async|process-max)$/;

/** Where PGO mounts what `configuration` names. */
const configurationDirectory = '/etc/pgbackrest/conf.d';

/** Every option of the section `global`, secrets among them, beside what PGO has by itself. */
export function clusterOptions(
  configuration: Configuration,
  stanza: Stanza,
  call: RenderCall,
): readonly ConfOption[] {
  const { version, secrets } = call;
  const repositories = stanza.repositories.flatMap((repository) => {
    const context = { settings: configuration.engine, host: undefined, version, secrets };
    const options = repositoryOptions(repository, context);
    // A volume is mounted where PGO has its own.
    return repository.access.type === 'posix'
      ? options.filter(({ name }) => !name.endsWith('-path'))
      : options;
  });
  const tuned = configuration.engine.defaults === 'own' ? [] : (tunedOptions(call.machine)[0]?.options ?? []);
  const given = [...configuration.options, ...stanza.options].map((each) => fromPassThrough(each, version));
  const merged = new Map<string, ConfOption>();
  const changesType = given.some(({ name }) => name === 'compress-type');
  for (const candidate of [
    ...tuned.filter(
      (each) => isRenderable(each, version) && !(changesType && each.name === 'compress-level'),
    ),
    ...repositories,
  ]) {
    if (!ownOptions.test(candidate.name)) merged.set(candidate.name, candidate);
  }
  for (const candidate of given) merged.set(candidate.name, candidate);
  return [...merged.values()].map((candidate) => inConfiguration(candidate, configuration));
}

/** A file of `deploy.kubernetes.files` is where PGO puts it, by its last name. */
function inConfiguration(candidate: ConfOption, { deploy }: Configuration): ConfOption {
  const value = String(candidate.value);
  if (deploy.kubernetes.files[value] === undefined) return candidate;
  return option(candidate.name, `${configurationDirectory}/${basename(value)}`)[0] ?? candidate;
}
