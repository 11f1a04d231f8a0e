import type { LintDocument, Place, PlacedText } from './lint-document.ts';

/*
 * What rules see. A reader turns a document of one kind into these facts; a rule works on facts and so holds wherever
 * a thing may be said: an archive_command is the same mistake in postgresql.conf, in patroni.yml and in a playbook.
 */

/** One option of pgBackRest as a file gives it. */
export interface EngineSetting {
  /** The engine's own name, `repo1-s3-bucket`, wherever it came from; its place is the key as written. */
  readonly name: PlacedText;
  readonly value: PlacedText;
  /** `global`, `global:backup`, `main`, `main:restore`; `environment` for PGBACKREST_*. */
  readonly section: string;
  readonly via: 'conf' | 'environment' | 'pigsty' | 'python' | 'operator';
  /** The whole line or entry with its line break: what a fix removes. */
  readonly line: Place;
}

/** The settings of one document, in its order, which the engine reads as one file. */
export interface EngineFile {
  readonly document: LintDocument;
  readonly settings: readonly EngineSetting[];
}

/** A variable that is given to a program: an .env file, `environment:` in Compose, `export`, `env:` of a container. */
export interface Variable {
  readonly name: PlacedText;
  readonly value: PlacedText;
  readonly via: 'file' | 'compose' | 'kubernetes' | 'shell' | 'dockerfile' | 'systemd' | 'crontab';
  readonly line: Place;
}

/** A setting of PostgreSQL. */
export interface ServerSetting {
  readonly name: PlacedText;
  /** Unquoted, as the server would see it. */
  readonly value: PlacedText;
  readonly via: 'postgresql-conf' | 'alter-system' | 'patroni' | 'command-line' | 'ansible';
  readonly line: Place;
}

/** Where a command stands, which decides who runs it. */
export type CommandUse =
  | 'shell'
  | 'schedule'
  | 'unit'
  | 'archive_command'
  | 'restore_command'
  | 'container'
  | 'task'
  | 'replica-method';

/** One simple command of a shell line, unwrapped from `sudo -u postgres`, `docker exec NAME`, `ssh HOST`, `bash -c`. */
export interface Invocation {
  readonly place: Place;
  /** Program and arguments, quotes removed; `words[0]` is the program as written. */
  readonly words: readonly PlacedText[];
  /** Base name of the program: `pgbackrest`, `rm`, `patronictl`. */
  readonly program: string;
  /** What stood in front, outermost first: `sudo -u postgres`, `docker exec salespider-backup`. */
  readonly wrappers: readonly string[];
  /** `NAME=value` in front of the program. */
  readonly assignments: readonly { readonly name: PlacedText; readonly value: PlacedText }[];
  readonly use: CommandUse;
  /** The operator that joins it to the command before it in the same line or list; undefined for the first. */
  readonly after: '&&' | '||' | '|' | ';' | '&' | undefined;
  readonly redirections: readonly PlacedText[];
  /** Which list of commands it belongs to (a script, a line of a crontab, one ExecStart), and its place there. */
  readonly script: CommandList;
  readonly index: number;
}

/** Commands that run one after the other. */
export interface CommandList {
  readonly place: Place;
  readonly use: CommandUse;
  readonly commands: readonly Invocation[];
}

/** A call of pgbackrest, its words told apart. */
export interface EngineInvocation {
  readonly invocation: Invocation;
  /** `backup`; undefined when there is none (`pgbackrest --version`). */
  readonly command: PlacedText | undefined;
  readonly options: readonly EngineArgument[];
  /** What follows the command and is no option. */
  readonly parameters: readonly PlacedText[];
}

/** `--repo=2`, `--no-online`, `--type full`. `name` is without dashes and without `no-`/`reset-`. */
export interface EngineArgument {
  readonly name: PlacedText;
  readonly value: PlacedText | undefined;
  readonly form: 'value' | 'switch' | 'negated' | 'reset';
}

/** When something runs. */
export interface Schedule {
  /** The unit, the crontab line, the variable, the CronJob. */
  readonly place: Place;
  readonly name: string | undefined;
  readonly syntax: 'cron' | 'calendar' | 'interval';
  /** Several OnCalendar lines add up. */
  readonly expressions: readonly PlacedText[];
  /** IANA zone where one is given. */
  readonly zone: string | undefined;
  /** What it runs, as far as it is known; a timer is joined to the service of its name. */
  readonly commands: CommandList | undefined;
  /** full, diff or incr when the schedule itself says so (BACKUP_SCHEDULE_FULL). */
  readonly backupType: string | undefined;
}

/** Sentences in a document that promise something a rule can hold the settings against. */
export interface Claim {
  readonly place: Place;
  readonly kind: 'rpo';
  /** Seconds. */
  readonly amount: number;
}

/** One value of a YAML document, with its place; aliases and merge keys resolved. */
export type YamlValue =
  | { readonly kind: 'map'; readonly place: Place; readonly entries: readonly YamlEntry[] }
  | { readonly kind: 'list'; readonly place: Place; readonly items: readonly YamlValue[] }
  | {
      readonly kind: 'scalar';
      readonly place: Place;
      readonly text: PlacedText;
      /** `null` for nothing written; the YAML 1.2 core value otherwise. */
      readonly value: string | number | boolean | null;
      readonly style: 'plain' | 'quoted' | 'block';
    };

export interface YamlEntry {
  readonly key: PlacedText;
  readonly value: YamlValue;
}

/** Everything that was read from one document. Readers leave out what they do not give. */
export interface DocumentFacts {
  readonly document: LintDocument;
  readonly engineFile?: EngineFile | undefined;
  readonly variables?: readonly Variable[];
  readonly serverSettings?: readonly ServerSetting[];
  readonly commandLists?: readonly CommandList[];
  readonly schedules?: readonly Schedule[];
  readonly claims?: readonly Claim[];
  /** The documents of a YAML file. */
  readonly yaml?: readonly YamlValue[];
  /** Parts of it that are documents of their own; they are read in turn. */
  readonly embedded?: readonly LintDocument[];
  /** What could not be read, and where. */
  readonly unreadable?: readonly { readonly place: Place; readonly problem: string }[];
}
