import type { Path } from '../../config/source-tree.ts';
import type { DraftValue } from '../draft.ts';
import { activeSetting, carry, type DraftContext } from './draft-context.ts';
import { draftTransport } from './draft-transport.ts';
import type { GivenSetting } from './given-setting.ts';
import { keyValue } from './key-value.ts';
import { wholeNumber } from './plain-value.ts';
import { repositoryKeys, type RepositoryKey } from './repository-keys.ts';

/** What the engine takes where `repoN-path` is not given (configuration reference). */
const defaultPath = '/var/lib/pgbackrest';

/**
 * Every repository that the stanza sees, in the order of its numbers. Without any the engine has repo1 in its default
 * directory, and so has the draft.
 */
export function draftRepositories(context: DraftContext, stanzaPath: Path): void {
  const found = context.view.indexes('repo');
  for (const [position, index] of (found.length === 0 ? [1] : found).entries()) {
    draftRepository(context, index, position, [...stanzaPath, 'repositories', `repo${index}`]);
  }
}

function draftRepository(context: DraftContext, index: number, position: number, path: Path): void {
  const { builder } = context;
  const named = (rest: string): GivenSetting | undefined => activeSetting(context, `repo${index}-${rest}`);
  const type = named('type');
  const kind = type?.values[0] ?? 'posix';
  builder.set([...path, 'type'], kind, type);
  if (type !== undefined) context.carried.add(type);
  if (index !== position + 1) builder.set([...path, 'number'], index);
  draftTransport(context, `repo${index}-host`, path);
  for (const [option, key] of Object.entries(repositoryKeys)) {
    const setting = named(option.slice('repo-'.length));
    if (setting !== undefined && key.types.includes(kind)) draftKey(context, key, path, setting);
  }
  // The only type whose path must be given.
  if (kind === 'sftp' && named('path') === undefined) builder.set([...path, 'path'], defaultPath);
  expectSecrets(context, index, kind, path);
  draftEncryption(context, index, path);
  draftRetention(context, index, path);
}

function draftKey(context: DraftContext, key: RepositoryKey, path: Path, setting: GivenSetting): void {
  const value = keyValue(setting, formOf(context, key, setting), context.version, (secret) =>
    placeSecret(context, secret),
  );
  if (value !== undefined) carry(context, [...path, ...key.path], value, setting);
}

/** With key type `service` the key of Google is the path of a file, and no secret. */
function formOf(context: DraftContext, key: RepositoryKey, setting: GivenSetting): RepositoryKey['form'] {
  if (setting.option.name !== 'repo-gcs-key') return key.form;
  const type = context.view.base(`repo${setting.index ?? 1}-gcs-key-type`)?.values[0] ?? 'service';
  return type === 'service' ? 'text' : key.form;
}

function placeSecret({ secrets }: DraftContext, setting: GivenSetting): string {
  return secrets.place(setting.name, setting.stanza, setting.values[0] ?? '');
}

/** Secrets that no file gives are taken from the engine's own variables, which is where they must be. */
function expectSecrets(context: DraftContext, index: number, kind: string, path: Path): void {
  const keyType = context.view.base(`repo${index}-${kind}-key-type`)?.values[0];
  const wanted = wantedSecrets(kind, keyType);
  // On the other side of a repository host they are that host's.
  if (context.builder.has([...path, 'host'])) return;
  for (const [option, key] of wanted) expectSecret(context, `repo${index}-${option}`, [...path, key]);
}

/** Options that a repository of the kind cannot be without, with their keys. */
function wantedSecrets(kind: string, keyType: string | undefined): readonly (readonly [string, string])[] {
  const byKind: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    s3: [
      ['s3-key', 'key'],
      ['s3-key-secret', 'keySecret'],
    ],
    azure: [['azure-key', 'key']],
    gcs: [['gcs-key', 'key']],
  };
  const usual = kind === 's3' ? (keyType ?? 'shared') === 'shared' : keyType !== 'auto';
  const account = kind === 'azure' ? [['azure-account', 'account'] as const] : [];
  return [...account, ...(usual ? (byKind[kind] ?? []) : [])];
}

function expectSecret(context: DraftContext, name: string, path: Path): void {
  if (context.builder.has(path)) return;
  const variable = `PGBACKREST_${name.replaceAll('-', '_').toUpperCase()}`;
  context.builder.setUnseen(path, variable);
  context.builder.notes.push({
    kind: 'moved',
    severity: 'warning',
    what: name,
    why: `No file gives it, so the engine must have it from its environment. The draft takes it from \${${variable}}: give Holdfast that variable, or read its file with --env.`,
    position: undefined,
  });
}

function draftEncryption(context: DraftContext, index: number, path: Path): void {
  const type = activeSetting(context, `repo${index}-cipher-type`);
  if (type === undefined) return;
  context.carried.add(type);
  const [cipher = 'none'] = type.values;
  if (cipher === 'none') return;
  const at = [...path, 'encryption', 'passphrase'];
  const passphrase = activeSetting(context, `repo${index}-cipher-pass`);
  if (passphrase !== undefined) carry(context, at, placeSecret(context, passphrase), passphrase);
  else expectSecret(context, `repo${index}-cipher-pass`, at);
  if (cipher !== 'aes-256-cbc') context.builder.set([...path, 'encryption', 'cipher'], cipher, type);
}

/** Numbers and types that belong together. What has no partner is left for the `options:` map. */
function draftRetention(context: DraftContext, index: number, path: Path): void {
  const named = (rest: string): GivenSetting | undefined =>
    activeSetting(context, `repo${index}-retention-${rest}`);
  const put = (
    key: string,
    value: DraftValue | undefined,
    ...settings: (GivenSetting | undefined)[]
  ): void => {
    const given = settings.filter((setting) => setting !== undefined);
    if (value === undefined || given[0] === undefined) return;
    for (const setting of given) carry(context, [...path, 'retention', key], value, setting);
  };
  const count = (setting: GivenSetting | undefined): number | undefined =>
    wholeNumber(setting?.values[0] ?? '');
  const [full, fullType] = [named('full'), named('full-type')];
  const byTime = fullType?.values[0] === 'time';
  put('full', count(full) === undefined || !byTime ? count(full) : `${String(count(full))}d`, full, fullType);
  put('diff', count(named('diff')), named('diff'));
  const [archive, archiveType] = [named('archive'), named('archive-type')];
  const archiveCount = count(archive);
  if (archiveCount !== undefined) {
    put('archive', { type: archiveType?.values[0] ?? 'full', count: archiveCount }, archive, archiveType);
  }
  const history = count(named('history'));
  put('history', history === undefined ? undefined : `${history}d`, named('history'));
}
