/** A secret on its way from what people had into the `.env` beside holdfast.yaml. */
export interface EnvironmentSecret {
  /** Its name from now on. Never with the prefix PGBACKREST_, whose variables the engine takes as its own options. */
  readonly name: string;
  readonly value: string;
  /** What it is for, in words. */
  readonly purpose: string;
  /** The variable it came from; undefined for one that was made. */
  readonly from: string | undefined;
}

/** How an `.env` of ours begins, so that it is known again. */
export const secretsHeader = '# Secrets of the holdfast.yaml beside this file';

/** A file beside holdfast.yaml that is a secret as a whole. */
export interface SecretFile {
  readonly name: string;
  readonly content: string;
}

/**
 * The text of an `.env` that holds nothing but secrets. It is read alike by a shell, by Docker Compose, by systemd's
 * EnvironmentFile and by Holdfast: what is not plain stands in single quotes, and what holds such a quote in double
 * ones.
 */
export function writeEnvironmentText(secrets: readonly EnvironmentSecret[], origin: string): string {
  return [
    `${secretsHeader}, from ${origin}. Nothing else belongs here.`,
    '# Whoever reads this file reads the backups: mode 0600, and never into version control.',
    ...secrets.flatMap(({ name, value, purpose }) => ['', `# ${purpose}`, `${name}=${quoteValue(value)}`]),
    '',
  ].join('\n');
}

function quoteValue(value: string): string {
  if (/^[\w./+=:@,-]+$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replaceAll(/[\\"$`]/g, '\\$&')}"`;
}
