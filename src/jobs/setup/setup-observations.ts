import type { DatabaseHistoryEntry, InfoStatusCode } from '../../model/backup-set.ts';
import type { RolePrivileges } from '../../postgres/role.ts';
import type { ServerSetting } from '../../postgres/settings.ts';

export interface ObservedDirectory {
  readonly path: string;
  /** `log`, `lock`, `spool`, `state`, `repository local`. */
  readonly purpose: string;
  readonly state: 'ok' | 'missing' | 'wrong-owner' | 'not-a-directory';
  /** Name or number of the present owner. */
  readonly owner: string | undefined;
}

export interface ObservedFile {
  readonly path: string;
  readonly secret: boolean;
  readonly state: 'new' | 'same' | 'changed' | 'edited-by-hand';
  readonly difference: string;
}

/** The local server, where this host has one. */
export interface ObservedServer {
  readonly running: boolean;
  readonly accepting: boolean;
  readonly inRecovery: boolean | undefined;
  readonly problem: string | undefined;
  readonly major: number;
  readonly restartCommand: string;
  /** `sudo -u postgres psql -h … -p …`, for the commands that a person could type. */
  readonly psqlCommand: string;
  readonly settings: ReadonlyMap<string, ServerSetting>;
  /** What the files say, where a restart is still to come. */
  readonly fileSettings: ReadonlyMap<string, string>;
  readonly systemIdentifier: bigint | undefined;
  /** Only when a database role of its own is configured for backups. */
  readonly role:
    | {
        readonly name: string;
        readonly privileges: RolePrivileges;
        readonly statements: readonly string[];
        readonly loginProblem: string | undefined;
        readonly authentication: { readonly hba: string; readonly ident: string };
      }
    | undefined;
  /** Only where heartbeats are rows: what still makes the table and lets the role write. */
  readonly heartbeat?: { readonly exists: boolean; readonly statements: readonly string[] } | undefined;
  /** Archiving has worked, and its last attempt was a success. */
  readonly archiverWorks: boolean;
}

export interface ObservedRepository {
  readonly name: string;
  readonly key: number;
  /** Undefined: the engine could not be asked yet. */
  readonly code: InfoStatusCode | undefined;
  readonly message: string;
  /** The newest database that the repository knows. */
  readonly database: DatabaseHistoryEntry | undefined;
  /** Full backups of that database; those from before a stanza-upgrade do not count. */
  readonly fullSets: number;
}

/** What setup looks at before it plans. Contains no secret. */
export interface SetupObservations {
  readonly engineUser: string;
  readonly directories: readonly ObservedDirectory[];
  readonly files: readonly ObservedFile[];
  /** With which reports of drills are signed; undefined: nobody looked. */
  readonly reportKey?:
    | {
        /** Where keys lie. */
        readonly directory: string;
        /** Of the one that signs; undefined: there is none. */
        readonly fingerprint: string | undefined;
      }
    | undefined;
  /** Undefined when no server of the stanza is on this host. */
  readonly server: ObservedServer | undefined;
  readonly repositories: readonly ObservedRepository[];
  readonly wantedArchiveCommand: string;
  /** What a person would type: `sudo -u postgres pgbackrest --stanza=main stanza-create`. */
  readonly engineCommands: {
    readonly create: string;
    readonly upgrade: string;
    readonly check: string;
    backup(repository: string): string;
  };
}
