import type { Configuration, EngineSettings } from '../../config/configuration.ts';
import type { GcsAccess, Repository } from '../../model/repository.ts';
import type { SecretReference } from '../../model/secret.ts';

/** Gives the value of a secret that was looked up before. */
export type ResolvedSecrets = (reference: SecretReference) => string;

/** Stands for every secret where a file is only shown. */
export const maskedSecrets: ResolvedSecrets = () => '(masked)';

/**
 * Looks every secret up that the files of a host need, each once.
 *
 * @param resolve as config/secrets.ts does
 * @throws whatever `resolve` throws: Failure secret-unavailable
 */
export async function resolveSecrets(
  configuration: Configuration,
  host: string | undefined,
  resolve: (reference: SecretReference) => Promise<string>,
): Promise<ResolvedSecrets> {
  const needed = configuration.stanzas.flatMap((stanza) =>
    stanza.repositories.filter(
      (repository) => !isRemoteRepository(repository, host) || rendersExactly(configuration.engine, host),
    ),
  );
  return lookUpSecrets(needed.flatMap(repositorySecrets), resolve);
}

/** Looks these secrets up, each once. @throws whatever `resolve` throws */
export async function lookUpSecrets(
  references: readonly SecretReference[],
  resolve: (reference: SecretReference) => Promise<string>,
): Promise<ResolvedSecrets> {
  const values = new Map<string, string>();
  for (const reference of references) {
    const key = JSON.stringify(reference);
    if (!values.has(key)) values.set(key, await resolve(reference));
  }
  return (reference) => {
    const value = values.get(JSON.stringify(reference));
    if (value === undefined) throw new Error('a secret was rendered that was not looked up');
    return value;
  };
}

/**
 * True when everything that the file says of a host is rendered for it and nothing else: `engine.defaults: own` describes
 * the host that it was taken over from. Other hosts see what they need, as ever.
 */
export function rendersExactly(settings: EngineSettings, host: string | undefined): boolean {
  return settings.defaults === 'own' && host === undefined;
}

/** True when another host holds the repository and does the work with it. */
export function isRemoteRepository(repository: Repository, host: string | undefined): boolean {
  return repository.host !== undefined && repository.host.address !== host;
}

/** With key type `service` the engine wants the path of the key file, and reads that file itself (`repo-gcs-key`). */
export function gcsKeyFile({ keyType, key }: GcsAccess): string | undefined {
  return keyType === 'service' && key?.kind === 'file' ? key.path : undefined;
}

/** The secrets that the files of a repository need. */
export function repositorySecrets(repository: Repository): SecretReference[] {
  const { access } = repository;
  const secrets: (SecretReference | undefined)[] = [repository.encryption?.passphrase];
  if (access.type === 's3') secrets.push(access.key, access.keySecret, access.token, access.sseCustomerKey);
  if (access.type === 'azure') secrets.push(access.account, access.key);
  if (access.type === 'gcs' && gcsKeyFile(access) === undefined) secrets.push(access.key);
  if (access.type === 'sftp') secrets.push(access.privateKeyPassphrase);
  return secrets.filter((secret) => secret !== undefined);
}
