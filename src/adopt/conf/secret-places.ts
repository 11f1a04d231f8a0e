import { readSecretReference } from '../../config/read-secret-reference.ts';
import { join } from 'node:path';

/** Where secrets go: each into a file of its own, all into one file of variables, or into holdfast.yaml itself. */
export const secretModes = ['files', 'env', 'keep'] as const;
export type SecretMode = (typeof secretModes)[number];

/** A file that holds secrets and must be written with mode 0600 for the engine's user. */
export interface SecretFile {
  readonly path: string;
  readonly content: string;
}

/** Variables of `env` mode: not `PGBACKREST_`, which the engine itself would read. */
const variablePrefix = 'HOLDFAST_';

/**
 * Gives every secret a place and a reference to it. The same secret under the same name has one place, so that two
 * stanzas that share a repository share its passphrase too.
 */
export class SecretPlaces {
  readonly mode: SecretMode;
  readonly #directory: string;
  readonly #files = new Map<string, string>();
  readonly #variables = new Map<string, string>();

  /** @param directory where holdfast.yaml will be */
  constructor(mode: SecretMode, directory: string) {
    this.mode = mode;
    this.#directory = directory;
  }

  /**
   * The reference that stands in holdfast.yaml.
   *
   * @param name of the option, `repo1-cipher-pass`
   * @param stanza set when the secret is this stanza's alone
   */
  place(name: string, stanza: string | undefined, value: string): string {
    const base = stanza === undefined ? name : `${stanza}-${name}`;
    // A literal that looks like a reference would be taken for one.
    if (this.mode === 'keep' && readSecretReference(value)?.kind === 'literal') return value;
    if (this.mode === 'env') {
      const variable = `${variablePrefix}${base.replaceAll(/\W/g, '_').toUpperCase()}`;
      this.#variables.set(variable, value);
      return `\${${variable}}`;
    }
    const path = join(this.#directory, 'secrets', base);
    this.#files.set(path, value);
    return `file:${path}`;
  }

  /** What must be written before holdfast.yaml can be used. */
  files(): SecretFile[] {
    const files = [...this.#files].map(([path, value]) => ({ path, content: `${value}\n` }));
    if (this.#variables.size === 0) return files;
    const lines = [...this.#variables].map(([name, value]) => `${name}=${quoteVariable(value)}\n`);
    return [...files, { path: this.environmentFile, content: lines.join('') }];
  }

  /** The value behind a reference that was given here; undefined for others. */
  reveal(reference: {
    readonly kind: string;
    readonly path?: string;
    readonly name?: string;
  }): string | undefined {
    if (reference.kind === 'file') return this.#files.get(reference.path ?? '');
    return reference.kind === 'environment' ? this.#variables.get(reference.name ?? '') : undefined;
  }

  get environmentFile(): string {
    return join(this.#directory, 'holdfast.env');
  }
}

/** In double quotes as a shell, systemd's EnvironmentFile= and Compose read it. */
function quoteVariable(value: string): string {
  return `"${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`;
}
