import { judgePassphrase } from '../../../secrets/passphrase-strength.ts';
import { findOption } from '../../../model/option-table.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject } from '../../lint-rule.ts';
import { isSecretVariable } from '../../hide-secrets.ts';
import { yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';

/** A secret that stands in a file as it is. */
export interface SecretValue {
  /** As it is called where it stands. */
  readonly name: string;
  readonly value: PlacedText;
  /** An option of the engine, a variable of a program, or a key in a file of settings. */
  readonly kind: 'option' | 'variable' | 'key';
  /** How a variable or an option is given. */
  readonly via?: string | undefined;
}

/** Secure options that identify rather than authenticate, or hold the path of a file (pgBackRest, config.yaml). */
const notSecret = new Set(['repo-azure-account', 'repo-azure-endpoint', 'repo-gcs-key', 'repo-s3-key']);

/** Secrets that stand in the documentation of the programs that use them. */
const published: ReadonlyMap<string, string> = new Map([
  ['zWaf6XtpjIVZC5444yXB+cgFDFl7MxGlgkZSaoPvTGirhPygu4jOKOXf9LO4vjfO', 'pgBackRest’s User Guide'],
  ['pgBackRest', 'Pigsty’s documentation'],
  ['pgBackRest.Meta', 'Pigsty’s documentation'],
  ['S3User.Backup', 'Pigsty’s documentation'],
  ['minioadmin', 'MinIO’s documentation'],
]);

/** Whose manual shows this secret; undefined when none is known. */
export function publishedIn(value: string): string | undefined {
  return published.get(value);
}

/** Every secret of a project whose value is written out; placeholders and what is empty are none. */
export function secretValues(project: LintProject): readonly SecretValue[] {
  const options = project.engineFiles.flatMap((file) =>
    file.settings
      .filter(({ name }) => isSecretOption(name.value))
      .map(({ name, value, via }) => ({ name, value, via, kind: 'option' as const })),
  );
  const variables = project.variables
    .filter(({ name }) => isSecretName(name.value))
    .map(({ name, value, via }) => ({ name, value, via, kind: 'variable' as const }));
  const keys = playbookMaps(project).flatMap((map) =>
    map.entries.flatMap(({ key, value }) => {
      const text = yamlText(value);
      const isPlain = value.kind === 'scalar' && typeof value.value === 'string';
      if (text === undefined || !isPlain || !isSecretName(key.value)) return [];
      return [{ name: key, value: text, kind: 'key' as const }];
    }),
  );
  const seen = new Set<string>();
  return [...options, ...variables, ...keys].flatMap(({ name, value, ...rest }) => {
    const place = `${value.document.file} ${value.document.fileOffset(value.start)}`;
    if (value.unknown || value.value.trim() === '' || isReference(value.value) || seen.has(place)) return [];
    seen.add(place);
    return [{ ...rest, name: name.value, value }];
  });
}

/** True for words that stand where somebody is to put a secret: `your-secret-key`, `xxxx`, `<KEY>`, `changeme`. */
export function isPlaceholderSecret(value: string): boolean {
  return (
    /your|example|sample|dummy|placeholder|change[-_ ]?(me|this|it)|replace|insert|_here|-here|todo|redacted|generated/i.test(
      value,
    ) ||
    /^\d{0,5}$|^(.)\1+$|x{3,}|\*{3,}|\.{3}|…|^<|^\[.*\]$|^%/i.test(value) ||
    /^[a-z]+([-_. ][a-z]+)*$/i.test(value)
  );
}

/** True for what only a machine makes: long, mixed, no words. */
export function looksGenerated(value: string): boolean {
  if (value.length < 16 || isPlaceholderSecret(value) || /password|passphrase|secret|example/i.test(value))
    return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/].filter((pattern) => pattern.test(value)).length;
  return /\d/.test(value) && classes >= 2 && judgePassphrase(value).bits >= 72;
}

function isSecretOption(name: string): boolean {
  const option = findOption(name)?.option;
  return option?.secure === true && !notSecret.has(option.name);
}

function isSecretName(name: string): boolean {
  if (!name.startsWith('PGBACKREST_')) return isSecretVariable(name) && !isKeyName(name);
  const option = name.slice('PGBACKREST_'.length).toLowerCase().replaceAll('_', '-');
  return (
    isSecretOption(option) || (findOption(option) === undefined && isSecretVariable(name) && !isKeyName(name))
  );
}

/** The name of a file, and access keys, which are the user's name beside a secret key. */
function isKeyName(name: string): boolean {
  return /_FILE$|(?<!secret[_-]?|storage[_-]?)access[_-]?key(?:[_-]?id)?$/i.test(name);
}

/** A file, a command or another variable gives the value; a hash of a password is no password. */
function isReference(value: string): boolean {
  return /^(file:|exec:|\/|\.\/|\$|\{\{|!vault|vault:|op:\/\/|arn:|SCRAM-SHA-256\$|md5[0-9a-f]{32}$)/.test(
    value.trim(),
  );
}

function playbookMaps(project: LintProject) {
  return project.documents
    .filter(({ document }) => ['ansible', 'pigsty', 'patroni'].includes(document.kind))
    .filter(({ document }) => document.destination?.startsWith('pgbackrest_repo') !== true)
    .flatMap((facts) => (facts.yaml ?? []).flatMap((value) => [...yamlMaps(value)]));
}
