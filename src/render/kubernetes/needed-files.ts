import type { Configuration } from '../../config/configuration.ts';
import { gcsKeyFile } from '../../engine/conf/secret-values.ts';

/** A file that programs in the pod open by its path. */
export interface NeededFile {
  /** Where holdfast.yaml names it. */
  readonly key: string;
  readonly path: string;
}

/** Every file beside secrets that the configuration names: certificates of stores and channels, keys of SFTP and GCS. */
export function neededFiles(configuration: Configuration): readonly NeededFile[] {
  const files: (readonly [string, string | undefined])[] = [];
  for (const stanza of configuration.stanzas) {
    for (const { name, access } of stanza.repositories) {
      const key = `stanzas.${stanza.name}.repositories.${name}`;
      if (access.type === 'sftp') {
        files.push([`${key}.privateKeyFile`, access.privateKeyFile]);
        files.push([`${key}.publicKeyFile`, access.publicKeyFile]);
        files.push(...access.knownHosts.map((path) => [`${key}.knownHosts`, path] as const));
      }
      if ('caFile' in access) files.push([`${key}.caFile`, access.caFile]);
      if (access.type === 'gcs') files.push([`${key}.key`, gcsKeyFile(access)]);
    }
  }
  for (const { name, caFile } of configuration.notify) files.push([`notify.${name}.caFile`, caFile]);
  files.push(['consul.caFile', configuration.consul?.caFile]);
  return files.flatMap(([key, path]) => (path === undefined ? [] : [{ key, path }]));
}
