/** What a kit knows of one secret of holdfast.yaml. */
export interface KitSecret {
  /** Path of keys: `stanzas.main.repositories.offsite.encryption.passphrase`. */
  readonly key: string;
  readonly kind: string;
  /** Where holdfast.yaml takes it from, in words. */
  readonly reference: string;
  readonly repository: { readonly stanza: string; readonly name: string } | undefined;
  /** Of a passphrase that is strong. */
  readonly fingerprint: string | undefined;
  /** Its file in the kit, where secrets were put into it. */
  readonly file: string | undefined;
}

/** manifest.json of a kit. */
export interface KitManifest {
  readonly kitVersion: 1;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly host: string;
  readonly configuration: string;
  readonly versions: { readonly holdfast: string; readonly pgbackrest: string; readonly postgres: string };
  readonly secretsIncluded: boolean;
  readonly secrets: readonly KitSecret[];
}
