import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { renderConf } from '../engine/conf/render-conf.ts';
import type { EngineVersion } from '../model/engine-version.ts';
import { kitFormat } from '../model/kit-format.ts';
import { describeSecret, type SecretReference } from '../model/secret.ts';
import { maskValues } from '../secrets/edit-repositories.ts';
import { fingerprintOf } from '../secrets/fingerprint.ts';
import { judgePassphrase } from '../secrets/passphrase-strength.ts';
import { accessFiles } from '../secrets/access-files.ts';
import { secretUses, type SecretUse } from '../secrets/secret-uses.ts';
import { describeKit } from './describe-kit.ts';
import type { KitAccessFile, KitManifest, KitSecret } from './kit-manifest.ts';
import type { TarEntry } from './tar.ts';

/** What goes into a kit. */
export interface KitParts {
  readonly configuration: Configuration;
  /** holdfast.yaml as it is. */
  readonly text: string;
  readonly version: EngineVersion;
  readonly versions: KitManifest['versions'];
  /** Of this machine, for the tuning that the rendered files show. */
  readonly cores: number;
  readonly host: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Value of a secret; undefined where it could not be had. */
  readonly secretOf: (reference: SecretReference) => string | undefined;
  /** Content of a key file that is handed to pgBackRest by its path; undefined where it could not be read. */
  readonly keyFileOf: (reference: SecretReference) => string | undefined;
  /** Content of a file that is no secret, by its path; undefined where it could not be read. */
  readonly fileOf: (path: string) => string | undefined;
  readonly withSecrets: boolean;
  readonly runbook: readonly { readonly path: string; readonly content: string }[];
  readonly reportKeys: readonly { readonly file: string; readonly pem: string }[];
}

const unfilled = '(fill in)';

/** The files of a kit, sorted by name, with their checksums. Pure. */
export function planKit(parts: KitParts): {
  readonly files: readonly TarEntry[];
  readonly manifest: KitManifest;
} {
  const manifest = manifestOf(parts);
  const texts: (readonly [string, string])[] = [
    ['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ['holdfast.yaml', shownText(parts)],
    ...describeKit(parts.configuration, manifest),
    ...renderedFiles(parts),
    ...parts.runbook.map(({ path, content }) => [path, content] as const),
    ...parts.reportKeys.map(({ file, pem }) => [`report-keys/${basename(file)}`, pem] as const),
    ...secretFiles(parts, manifest),
    ...plainFiles(parts, manifest),
  ];
  const files = texts
    .map(([name, content]) => ({ name, content: Buffer.from(content, 'utf8') }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const sums = files.map(
    ({ name, content }) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`,
  );
  const all = [...files, { name: 'SHA256SUMS', content: Buffer.from(sums.join('')) }];
  return { files: all.map((file) => ({ ...file, name: `${kitFormat.inner}/${file.name}` })), manifest };
}

function manifestOf(parts: KitParts): KitManifest {
  const { configuration, versions, host, now, withSecrets } = parts;
  return {
    kitVersion: kitFormat.version,
    createdAt: new Date(now).toISOString(),
    host,
    configuration: configuration.file,
    versions,
    secretsIncluded: withSecrets,
    secrets: usesIn(configuration).map((use, index) => describeUse(use, index, parts)),
    files: describeFiles(parts),
  };
}

/** What restores need; tokens and channels of Holdfast itself do not belong into a safe. */
function usesIn(configuration: Configuration): readonly SecretUse[] {
  return secretUses(configuration).filter(({ repository }) => repository !== undefined);
}

function describeUse(use: SecretUse, index: number, parts: KitParts): KitSecret {
  const { key, kind, reference, repository } = use;
  const value = valueOf(use, parts);
  const strong = kind === 'passphrase' && value !== undefined && judgePassphrase(value).grade === 'strong';
  return {
    key,
    kind,
    reference: describeSecret(reference),
    repository: repository === undefined ? undefined : { stanza: repository.stanza, name: repository.name },
    fingerprint: strong ? fingerprintOf(value) : undefined,
    file: parts.withSecrets && value !== undefined ? `secrets/${index + 1}` : undefined,
  };
}

/** Certificates and the keys of servers; private keys are secrets. */
function describeFiles({ configuration, fileOf }: KitParts): readonly KitAccessFile[] {
  const found = configuration.stanzas.flatMap(({ name: stanza, repositories }) =>
    repositories.flatMap((repository) =>
      accessFiles(stanza, repository).flatMap(({ key, path, secret }) =>
        secret || path === undefined ? [] : [{ key, path, repository: { stanza, name: repository.name } }],
      ),
    ),
  );
  return found.map((one, index) => ({
    ...one,
    file: fileOf(one.path) === undefined ? undefined : `files/${index + 1}`,
  }));
}

function valueOf({ kind, reference }: SecretUse, { secretOf, keyFileOf }: KitParts): string | undefined {
  return kind === 'key-file' ? keyFileOf(reference) : secretOf(reference);
}

/** holdfast.yaml; what stands in it as a secret is masked unless secrets are wanted. */
function shownText({ configuration, text, withSecrets }: KitParts): string {
  if (withSecrets) return text;
  const literals = secretUses(configuration).flatMap(({ reference }) =>
    reference.kind === 'literal' ? [reference.value] : [],
  );
  // Each another one, so that the secrets can be told apart when the kit is checked.
  return maskValues(text, literals, (index) => `(masked ${index + 1})`);
}

/** pgBackRest's configuration of every host, so that it can be used without Holdfast. */
function renderedFiles(parts: KitParts): (readonly [string, string])[] {
  const { configuration, version, cores, withSecrets, secretOf } = parts;
  const hosts = new Set(
    configuration.stanzas.flatMap(({ nodes, repositories }) => [
      ...nodes.map(({ host }) => host),
      ...repositories.flatMap(({ host }) => (host === undefined ? [] : [host.address])),
    ]),
  );
  return [...hosts].flatMap((host) =>
    renderConf(configuration, {
      host,
      version,
      machine: { cores },
      secrets: (reference) => (withSecrets ? (secretOf(reference) ?? unfilled) : unfilled),
    }).map(
      ({ path, content }) =>
        [
          `pgbackrest/${(host ?? 'this-host').replaceAll(/[^\w.-]/g, '_')}/${basename(path)}`,
          content,
        ] as const,
    ),
  );
}

function secretFiles(parts: KitParts, manifest: KitManifest): (readonly [string, string])[] {
  return usesIn(parts.configuration).flatMap((use, index) => {
    const file = manifest.secrets[index]?.file;
    const value = valueOf(use, parts);
    return file === undefined || value === undefined
      ? []
      : [[file, use.kind === 'key-file' ? value : `${value}\n`] as const];
  });
}

function plainFiles({ fileOf }: KitParts, { files = [] }: KitManifest): (readonly [string, string])[] {
  return files.flatMap(({ path, file }) => {
    const content = fileOf(path);
    return file === undefined || content === undefined ? [] : [[file, content] as const];
  });
}
