import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';

/** Names of the integrations whose variables are taken, for `--integration`. */
export const integrationNames = [
  'pigsty-supabase',
  'compose-scheduler',
  'kubernetes-compose-vm',
  'patroni-ansible',
  'setup-service',
] as const;

export type IntegrationName = (typeof integrationNames)[number];

/** What the importer knows besides the variables. */
export interface ImportSettings {
  /** Directory of the files that will be written, absolute. */
  readonly directory: string;
  /** Makes a passphrase where a remote repository has none. */
  readonly newPassphrase: () => string;
  /** Encrypt remote repositories although the variables have no passphrase. */
  readonly encrypt: boolean;
  /** The cluster that was named; comes before what the integration assumes. */
  readonly cluster: ClusterPlace | undefined;
  /** Those that were found on this host. */
  readonly found: readonly ClusterPlace[];
  readonly stanza: string | undefined;
}

/** Where a server is, in the keys of `postgres`. */
export interface ClusterPlace {
  readonly path: string;
  readonly port: number | undefined;
  /** Undefined where it is a usual one. */
  readonly socket: string | undefined;
  /** Undefined for postgres. */
  readonly user: string | undefined;
  /** Directory of its programs; undefined where it is found by the version. */
  readonly bin?: string | undefined;
}

/** Why nothing is to be backed up. */
export interface BackupsSwitchedOff {
  readonly variable: string;
  /** Its value; never a secret. */
  readonly value: string;
}

/** How one integration is known, and what its variables mean. */
export interface Integration {
  readonly name: IntegrationName;
  /** In words. */
  readonly title: string;
  /** Names that only this one has. */
  readonly marks: readonly RegExp[];
  /** Names that it shares with other programs: they count only when nothing has a mark. */
  readonly hints: readonly RegExp[];
  /** The variable that switches backups off; undefined when none does. */
  readonly switchedOff: (value: (name: string) => string | undefined) => BackupsSwitchedOff | undefined;
  /** The file for its variables. What is missing or wrong goes into the carrier. */
  readonly describe: (carrier: Carrier, settings: ImportSettings) => DraftMapping;
}
