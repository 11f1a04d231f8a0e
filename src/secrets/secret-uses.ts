import type { Configuration, Stanza } from '../config/configuration.ts';
import type { Repository } from '../model/repository.ts';
import type { SecretReference } from '../model/secret.ts';

/** One place of holdfast.yaml that needs a secret. */
export interface SecretUse {
  /** Path of keys: `stanzas.main.repositories.offsite.encryption.passphrase`. */
  readonly key: string;
  readonly reference: SecretReference;
  /**
   * `passphrase` of a repository; `credential` of a store; `identifier`: a name or an address, which is no secret by
   * itself; `key-file`: the file itself is handed to pgBackRest by its path; `channel` and `token`: for Holdfast.
   */
  readonly kind: 'passphrase' | 'credential' | 'identifier' | 'key-file' | 'channel' | 'token';
  /** Set for what belongs to a repository. */
  readonly repository: { readonly stanza: string; readonly name: string; readonly key: number } | undefined;
}

type Place = readonly [string, SecretUse['kind'], SecretReference | undefined];

/** Every secret that a configuration needs, in the order of the file. */
export function secretUses(configuration: Configuration): readonly SecretUse[] {
  const uses: SecretUse[] = [];
  for (const stanza of configuration.stanzas) {
    for (const repository of stanza.repositories) uses.push(...usesOf(stanza, repository));
    const password = stanza.patroni?.password;
    if (password !== undefined) {
      const key = `stanzas.${stanza.name}.patroni.password`;
      uses.push({ key, reference: password, kind: 'token', repository: undefined });
    }
  }
  for (const { name, kind, target, signingSecret, mail, proxy } of configuration.notify) {
    const places = { [kind]: target, secret: signingSecret, smtp: mail?.smtp, proxy };
    for (const [key, reference] of Object.entries(places)) {
      if (reference !== undefined)
        uses.push({ key: `notify.${name}.${key}`, reference, kind: 'channel', repository: undefined });
    }
  }
  const tokens = { consul: configuration.consul?.token, server: configuration.server.token };
  for (const [section, reference] of Object.entries(tokens)) {
    if (reference !== undefined)
      uses.push({ key: `${section}.token`, reference, kind: 'token', repository: undefined });
  }
  return uses;
}

function usesOf(stanza: Stanza, repository: Repository): SecretUse[] {
  const { name, key } = repository;
  const places: Place[] = [
    ...accessPlaces(repository),
    ['encryption.passphrase', 'passphrase', repository.encryption?.passphrase],
  ];
  return places.flatMap(([end, kind, reference]) =>
    reference === undefined
      ? []
      : [
          {
            key: `stanzas.${stanza.name}.repositories.${name}.${end}`,
            reference,
            kind,
            repository: { stanza: stanza.name, name, key },
          },
        ],
  );
}

function accessPlaces({ access, host }: Repository): Place[] {
  switch (access.type) {
    case 's3':
      return [
        ['key', 'identifier', access.key],
        ['keySecret', 'credential', access.keySecret],
        ['token', 'credential', access.token],
        ['sseCustomerKey', 'credential', access.sseCustomerKey],
      ];
    case 'azure':
      return [
        ['account', 'identifier', access.account],
        ['key', 'credential', access.key],
      ];
    case 'gcs':
      return [['key', access.keyType === 'service' ? 'key-file' : 'credential', access.key]];
    case 'sftp':
      return [
        // The key of a repository on another host lies there.
        ...(host === undefined
          ? [['privateKeyFile', 'key-file', { kind: 'file', path: access.privateKeyFile }] as const]
          : []),
        ['privateKeyPassphrase', 'credential', access.privateKeyPassphrase],
      ];
    case 'posix':
    case 'cifs':
      return [];
  }
}
