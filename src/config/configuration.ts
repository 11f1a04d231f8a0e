import type { DeploySettings } from './schema/deploy/deploy.ts';
import type { CopyBounds, KeptFree } from '../model/copy.ts';
import type { DrillRules } from '../model/drill.ts';
import type { HeartbeatSettings } from '../model/heartbeat.ts';
import type { PatroniAccess, Objectives, PostgresNode } from '../model/stanza.ts';
import type { Repository } from '../model/repository.ts';
import type { Blackout, DrillSchedule, ScheduleEntry } from '../model/schedule.ts';
import type { SecretReference } from '../model/secret.ts';
import type { SelfHealing } from '../model/self-healing.ts';
import type { SourcePosition } from '../model/source-position.ts';

/** A pgBackRest option given by name in an `options:` map and passed through unchanged. */
export interface PassThroughOption {
  /** Full option name as in the file (`process-max`, `repo1-storage-verify-tls`). */
  readonly name: string;
  /** A list for options that may be given several times. Booleans are `y` and `n`. */
  readonly value: string | readonly string[];
  /** Set when it is for one command only (`[global:backup]`). */
  readonly command: string | undefined;
  readonly position: SourcePosition;
}

/** Where the engine is and which files it uses on this host. */
export interface EngineSettings {
  /** Path of the binary, or a bare name to be found on PATH. */
  readonly binary: string;
  /** The generated pgbackrest.conf, absolute. */
  readonly configFile: string;
  /** `conf.d`, absolute; holds the generated secrets file. */
  readonly includeDirectory: string;
  readonly logDirectory: string;
  readonly lockDirectory: string;
  readonly spoolDirectory: string;
  /** Operating system user that runs pgBackRest. */
  readonly user: string;
  /** `own`: what the file does not say is left to the engine. Undefined is `tuned`: Holdfast's choices (conf/tuning.ts). */
  readonly defaults?: 'tuned' | 'own' | undefined;
}

export interface Stanza {
  readonly name: string;
  /** At least one. */
  readonly nodes: readonly PostgresNode[];
  readonly patroni: PatroniAccess | undefined;
  /** At least one, in order: repo1, repo2, … */
  readonly repositories: readonly Repository[];
  readonly schedule: readonly (ScheduleEntry | DrillSchedule)[];
  /** Times in which the daemon begins nothing of this stanza. */
  readonly blackouts: readonly Blackout[];
  readonly objectives: Objectives;
  /** Undefined is `off`; a file that says nothing has one a minute. */
  readonly heartbeat?: HeartbeatSettings | undefined;
  /** Undefined: no queries, and proofs are written to the sets. */
  readonly drills?: DrillRules | undefined;
  /** Undefined is `usualSelfHealing`. */
  readonly selfHealing?: SelfHealing | undefined;
  /** Options of the stanza and of its repositories (names already carry `repoN-`). */
  readonly options: readonly PassThroughOption[];
}

/** The part that serves pgBackRest's TLS protocol on this host (`tls-server-*`). */
export interface TlsServer {
  readonly address: string;
  readonly port: number;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Client certificate name → stanzas it may use (`*` for all). */
  readonly auth: Readonly<Record<string, readonly string[]>>;
}

/** Who is told of findings; docs/notifications.md. */
export interface NotifyChannel {
  readonly name: string;
  readonly kind: 'slack' | 'webhook' | 'email' | 'alertmanager' | 'pagerduty' | 'healthchecks';
  /** URL, address or key. */
  readonly target: SecretReference;
  readonly on: readonly ('critical' | 'warning' | 'resolved')[];
  /** Only findings of these and of Holdfast itself; empty: of all. */
  readonly stanzas: readonly string[];
  /** Seconds for which what begins or ends is gathered into one message. */
  readonly wait: number;
  /** Seconds after which what is still there is told again; undefined: never. */
  readonly repeat: { readonly critical: number | undefined; readonly warning: number | undefined };
  /** Seconds between two pings or pushes; undefined: as the kind has it. */
  readonly every: number | undefined;
  /** Of a webhook: key of the signature. */
  readonly signingSecret: SecretReference | undefined;
  /** Set for `email`. */
  readonly mail: MailSettings | undefined;
  /** Of PagerDuty: another address of its Events API. */
  readonly url: string | undefined;
  readonly caFile: string | undefined;
  readonly proxy: SecretReference | undefined;
}

/** How mail is sent. */
export interface MailSettings {
  /** `smtp://` or `smtps://` URL. */
  readonly smtp: SecretReference;
  readonly from: string;
  /** Addresses besides the channel's target. */
  readonly to: readonly string[];
  readonly startTls: 'required' | 'never';
}

/** Checks in Consul that the daemon pushes; docs/consul.md. */
export interface ConsulSettings {
  /** Of the agent on this host. */
  readonly url: string;
  readonly token: SecretReference | undefined;
  /** Name of the service that the checks belong to. */
  readonly service: string;
  /** Of the service on this agent, and of its first check. */
  readonly id: string;
  /** Seconds after which a check that nobody pushes is critical. */
  readonly ttl: number;
  readonly register: boolean;
  readonly caFile: string | undefined;
}

export interface ServerSettings {
  readonly listen: { readonly host: string; readonly port: number };
  readonly token: SecretReference | undefined;
}

/** How much runs at once, and how long logs are kept. */
export interface JobSettings {
  /** Most jobs at once on this host. */
  readonly parallel: number;
  /** Most jobs at once in one repository, of any stanza. */
  readonly parallelPerRepository: number;
  /** How often a job that failed for a passing reason is tried again. */
  readonly retries: number;
  /** Seconds that logs of the engine and of runs are kept. */
  readonly keepLogs: number;
}

/** How often the daemon looks, in seconds. */
export interface WatchSettings {
  /** At the backup sets of each repository. */
  readonly catalogue: number;
  /** At the WAL archive of each stanza in each repository. */
  readonly archive: number;
  /** At the primary of each stanza. */
  readonly primary: number;
  /** Within this time every directory of an archive is listed again. */
  readonly recheck: number;
  /** Of which sets it is asked how many databases they hold. */
  readonly databases: 'none' | 'latest' | 'all';
}

/** Copies beside production. */
export interface CopySettings extends CopyBounds {
  /** Each has a directory of its own in this one, absolute. */
  readonly directory: string;
  /** What must stay free of its file system. */
  readonly keepFree: KeptFree;
}

/** holdfast.yaml, normalized: every default filled in, every unit converted. */
export interface Configuration {
  /** Absolute path of the file it came from. */
  readonly file: string;
  readonly stanzas: readonly Stanza[];
  readonly engine: EngineSettings;
  /** Directory for the journal and for what a restore must remember, absolute. */
  readonly stateDirectory: string;
  readonly options: readonly PassThroughOption[];
  readonly tlsServer: TlsServer | undefined;
  readonly notify: readonly NotifyChannel[];
  readonly consul?: ConsulSettings | undefined;
  readonly server: ServerSettings;
  readonly jobs: JobSettings;
  readonly watch: WatchSettings;
  readonly copies: CopySettings;
  readonly deploy: DeploySettings;
}
