/** A configuration as installations have it, by the kinds that pgBackRest's user guide and public repositories show. */
export interface ExistingConfiguration {
  readonly name: string;
  /** Text of pgbackrest.conf, and of files in conf.d by name. */
  readonly conf: string;
  readonly include?: Readonly<Record<string, string>>;
  readonly stanzas: readonly string[];
  /** The first minor version that knows what it uses. */
  readonly since?: number;
  /** What cannot be carried over, as it is written there. */
  readonly lost?: readonly string[];
}

/** A file of these lines. */
export function conf(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
