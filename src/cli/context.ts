import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Configuration, Stanza } from '../config/configuration.ts';
import type { EngineVersion } from '../model/engine-version.ts';
import type { Engine, EngineProgram } from '../engine/engine.ts';
import { Failure } from '../model/failure.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { Problem } from '../model/source-position.ts';
import type { RunAs } from '../process/run-command.ts';
import type { Actor } from '../model/actor.ts';
import type { Journal } from '../store/journal.ts';
import type { OpenJournalDeps, RecoveryWish } from '../store/open-journal.ts';
import type { JournalRecovery } from '../store/recover-journal.ts';
import { describeRecovery } from './output/describe-recovery.ts';
import type { GlobalChoices } from './parse-command-line.ts';
import type { StopControl } from './stop-signals.ts';
import type { Terminal } from './terminal.ts';
import { typedCommand } from './typed-command.ts';

export interface ContextParts {
  readonly argv: readonly string[];
  readonly globals: GlobalChoices;
  readonly terminal: Terminal;
  readonly stop: StopControl;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the configuration comes from when `--config` and `$HOLDFAST_CONFIG` do not say. */
const configPlaces = ['holdfast.yaml', '/etc/holdfast/holdfast.yaml'] as const;

/**
 * What a command works with. Everything costly is loaded when it is first asked for, code included, so that each
 * command pays only for what it uses.
 */
export class CommandContext {
  readonly argv: readonly string[];
  readonly globals: GlobalChoices;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onSpawn: (pid: number) => void;
  readonly stop: StopControl;
  readonly uid: number;
  /** The command as typed, for the journal. */
  readonly cause: string;
  #read: Promise<{ configuration: Configuration; warnings: readonly Problem[] }> | undefined;
  #engine: Promise<Engine> | undefined;
  #program: Promise<EngineProgram> | undefined;
  #journal: Promise<Journal> | undefined;

  constructor(parts: ContextParts) {
    this.argv = parts.argv;
    this.globals = parts.globals;
    this.terminal = parts.terminal;
    this.env = parts.env;
    this.signal = parts.stop.signal;
    this.onSpawn = parts.stop.onSpawn;
    this.stop = parts.stop;
    this.uid = process.getuid?.() ?? -1;
    this.cause = typedCommand(parts.argv);
  }

  /** Epoch milliseconds. */
  now(): number {
    return Date.now();
  }

  /** `backup-20261120T103000Z-3f2a`: sortable, and different for runs that start in the same second. */
  newRunId(kind: string): string {
    const time = new Date(this.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const random = Math.floor(Math.random() * 0x1_0000)
      .toString(16)
      .padStart(4, '0');
    return `${kind}-${time}-${random}`;
  }

  /** The search path of children. */
  get path(): string {
    return this.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  }

  /** The absolute path of the file that is used. @throws Failure config-missing when none was named or found */
  configFile(): string {
    const named = this.globals.config ?? (this.env['HOLDFAST_CONFIG'] || undefined);
    if (named !== undefined) return resolve(named);
    const found = configPlaces.map((place) => resolve(place)).find(existsSync);
    if (found !== undefined) return found;
    throw new Failure('config-missing', {
      operation: 'find the configuration',
      place: configPlaces.map((place) => resolve(place)).join(', '),
      problem: 'there is no holdfast.yaml',
      hint: 'Name the file with --config or in HOLDFAST_CONFIG, or have one written: `holdfast init` begins anew, `holdfast adopt` takes over what pgBackRest has now.',
    });
  }

  /**
   * Reads the file as it is, errors included.
   *
   * @param engineVersion options are checked against this version; undefined: against all supported ones
   */
  async readConfiguration(
    engineVersion?: EngineVersion,
  ): Promise<{ configuration: Configuration | undefined; problems: readonly Problem[] }> {
    const [{ loadConfiguration }, { readFile }] = await Promise.all([
      import('../config/load.ts'),
      import('node:fs/promises'),
    ]);
    return loadConfiguration(this.configFile(), {
      readText: (path) => readFile(path, 'utf8'),
      engineVersion,
    });
  }

  /** The configuration, which has no errors. @throws Failure config-missing, config-invalid */
  async configuration(): Promise<Configuration> {
    this.#read ??= this.#readValid();
    return (await this.#read).configuration;
  }

  async #readValid(): Promise<{ configuration: Configuration; warnings: readonly Problem[] }> {
    const { configuration, problems } = await this.readConfiguration();
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (configuration === undefined || errors.length > 0) {
      const { problemsFailure } = await import('../config/problems.ts');
      throw problemsFailure(problems);
    }
    return { configuration, warnings: problems };
  }

  /** The stanza that `--stanza` names, or the only one. @throws Failure stanza-missing, usage */
  async stanza(): Promise<Stanza> {
    const { stanzas, file } = await this.configuration();
    const names = stanzas.map((stanza) => stanza.name);
    const wanted = this.globals.stanza;
    if (wanted === undefined) {
      const [only, second] = stanzas;
      if (only !== undefined && second === undefined) return only;
      throw new Failure('usage', {
        operation: 'choose the stanza',
        place: file,
        problem: `there are several: ${names.join(', ')}`,
        hint: `Add --stanza ${names[0] ?? 'NAME'}, or another of them.`,
      });
    }
    const found = stanzas.find((stanza) => stanza.name === wanted);
    if (found) return found;
    const near = nearestName(wanted, names);
    throw new Failure('stanza-missing', {
      operation: 'choose the stanza',
      place: file,
      problem: `there is no stanza ${wanted}`,
      hint: near === undefined ? `The file has: ${names.join(', ')}.` : `Did you mean ${near}?`,
    });
  }

  /** The operating system user that runs pgBackRest. @throws Failure not-permitted when there is none of that name */
  async engineUser(): Promise<RunAs> {
    const { engine, file } = await this.configuration();
    const { lookupUser } = await import('../process/os-user.ts');
    const user = await lookupUser(engine.user);
    if (user) return user;
    throw new Failure('not-permitted', {
      operation: 'find the user that runs pgbackrest',
      place: file,
      problem: `there is no operating system user ${engine.user}`,
      hint: 'Install PostgreSQL, which creates it, or set engine.user in the configuration.',
    });
  }

  /** What children need to run as the engine's user; undefined when this process already is that user. */
  async stepDown(): Promise<RunAs | undefined> {
    const user = await this.engineUser();
    return user.uid === this.uid ? undefined : user;
  }

  /** The installed pgBackRest. @throws Failure engine-missing, engine-unsupported */
  async engine(): Promise<Engine> {
    this.#engine ??= this.#openEngine();
    return this.#engine;
  }

  async #openEngine(): Promise<Engine> {
    const [{ askForVersion }, program] = await Promise.all([
      import('../engine/open-engine.ts'),
      this.engineProgram(),
    ]);
    return askForVersion(program);
  }

  /** pgBackRest before it was asked for its version: for what can be asked at the same time. @throws Failure engine-missing */
  async engineProgram(): Promise<EngineProgram> {
    this.#program ??= this.#findEngine();
    return this.#program;
  }

  async #findEngine(): Promise<EngineProgram> {
    const [{ engine }, { findEngine }, runAs] = await Promise.all([
      this.configuration(),
      import('../engine/open-engine.ts'),
      this.stepDown(),
    ]);
    return findEngine(engine, { path: this.path, runAs });
  }

  /** The journal, open until the command ends. @throws Failure journal-damaged */
  async journal(): Promise<Journal> {
    this.#journal ??= this.#openJournal();
    return this.#journal;
  }

  async #openJournal(): Promise<Journal> {
    const [{ stateDirectory }, { openJournal }, deps] = await Promise.all([
      this.configuration(),
      import('../store/open-journal.ts'),
      this.#journalDeps(),
    ]);
    return openJournal(stateDirectory, deps);
  }

  async #journalDeps(): Promise<OpenJournalDeps & { readonly recovery: RecoveryWish }> {
    const [owner, actor] = await Promise.all([this.stepDown(), this.actor()]);
    const onRecovered = (recovery: JournalRecovery): void => {
      for (const line of describeRecovery(recovery)) this.terminal.printWarning(`holdfast: warning: ${line}`);
    };
    return { owner, now: () => this.now(), recovery: { actor, onRecovered } };
  }

  /** Moves the journal aside and opens a new one with all that can be read of it. Whoever had it from here gets it. */
  async replaceJournal(): Promise<Journal> {
    const [{ stateDirectory }, { rebuildJournal }, deps, before] = await Promise.all([
      this.configuration(),
      import('../store/open-journal.ts'),
      this.#journalDeps(),
      this.journal(),
    ]);
    before[Symbol.dispose]();
    this.#journal = Promise.resolve(rebuildJournal(stateDirectory, deps));
    return this.#journal;
  }

  /** Who acts, for the journal and for annotations. */
  async actor(): Promise<Actor> {
    const { currentUser } = await import('../process/os-user.ts');
    const user = currentUser().name;
    const behind = this.uid === 0 ? this.env['SUDO_USER'] : undefined;
    return { user: behind ? `${user} (sudo: ${behind})` : user, host: hostname(), via: 'cli' };
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    // A journal that could not be opened has told so where it was asked for.
    const journal = await this.#journal?.catch(() => undefined);
    journal?.[Symbol.dispose]();
  }
}

/** Brings everything that a command may need together. */
export function createContext(parts: ContextParts): CommandContext {
  return new CommandContext(parts);
}
