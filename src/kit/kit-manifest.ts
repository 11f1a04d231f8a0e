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

/** What a kit knows of a file that is no secret, and without which a repository cannot be opened. */
export interface KitAccessFile {
  /** Path of keys: `stanzas.main.repositories.offsite.storage.caFile`. */
  readonly key: string;
  /** Where pgbackrest.conf names it. */
  readonly path: string;
  readonly repository: { readonly stanza: string; readonly name: string };
  /** Its file in the kit; undefined where it could not be read. */
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
  /** Kits of older versions have none. */
  readonly files?: readonly KitAccessFile[] | undefined;
}
