import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestCluster } from '../../test/support/cluster.ts';
import type { Sandbox } from '../../test/support/sandbox.ts';
import { testEnvironment } from '../../test/support/test-user.ts';
import { renderOptions, type EngineOptions } from '../settings/engine-settings-of.ts';
import { bytesBelow, removeDirectories, syncDisks } from './files.ts';
import { timeCommand } from './time-command.ts';

const stanza = 'bench';

/** One set of options at work on the cluster: an empty repository, a configuration, and pgBackRest run with it. */
export class EngineLab {
  readonly #sandbox: Sandbox;
  readonly #cluster: TestCluster;
  readonly #engine: string;
  readonly #configuration: string;

  /** Makes everything anew: nothing is left of what was measured before. */
  constructor(sandbox: Sandbox, cluster: TestCluster, engine: string, options: EngineOptions) {
    this.#sandbox = sandbox;
    this.#cluster = cluster;
    this.#engine = engine;
    removeDirectories(sandbox, sandbox.file('repository'), sandbox.file('spool'), sandbox.file('lock'));
    for (const name of ['repository', 'spool', 'lock', 'log']) sandbox.directory(name);
    this.#configuration = sandbox.write('pgbackrest.conf', renderOptions(options, this.#place()));
  }

  #place(): EngineOptions {
    const { dataDirectory, port, socketDirectory } = this.#cluster;
    return {
      global: {
        'repo1-path': this.#sandbox.file('repository'),
        'repo1-retention-full': '2',
        'log-path': this.#sandbox.file('log'),
        'lock-path': this.#sandbox.file('lock'),
        'spool-path': this.#sandbox.file('spool'),
      },
      [stanza]: { 'pg1-path': dataDirectory, 'pg1-port': String(port), 'pg1-socket-path': socketDirectory },
    };
  }

  #run(args: readonly string[]): Promise<number> {
    return timeCommand({
      command: this.#engine,
      args: [`--config=${this.#configuration}`, `--stanza=${stanza}`, ...args],
      env: testEnvironment(this.#sandbox.owner),
      runAs: this.#sandbox.runAs,
      logFile: this.#sandbox.file('pgbackrest.log'),
    });
  }

  /** Milliseconds until all is written out too: a system with much memory would hide the writing otherwise. */
  async #runToDisk(args: readonly string[]): Promise<number> {
    await this.#cluster.sql('CHECKPOINT');
    await syncDisks();
    const started = performance.now();
    await this.#run(args);
    await syncDisks();
    return performance.now() - started;
  }

  async createStanza(): Promise<void> {
    await this.#run(['stanza-create']);
  }

  /**
   * Switches archiving on and waits until every segment that was ready before is archived.
   *
   * @returns milliseconds, and bytes of the archive in the repository
   */
  async archiveWaitingSegments(): Promise<{ milliseconds: number; bytes: number }> {
    const waiting = this.#segments('.ready');
    const command = `${this.#engine} --config=${this.#configuration} --stanza=${stanza} archive-push "%p"`;
    await this.#cluster.sql(`ALTER SYSTEM SET archive_command = '${command}'`);
    await syncDisks();
    const started = performance.now();
    await this.#cluster.sql('SELECT pg_reload_conf()');
    await this.#waitUntilArchived(waiting, started);
    const milliseconds = performance.now() - started;
    return {
      milliseconds,
      bytes: bytesBelow(this.#sandbox.file('repository/archive')),
    };
  }

  async waitUntilAllIsArchived(): Promise<void> {
    await this.#waitUntilArchived(this.#segments('.ready'), performance.now());
  }

  #segments(state: '.ready' | '.done'): string[] {
    const names = readdirSync(`${this.#cluster.dataDirectory}/pg_wal/archive_status`);
    return names.filter((name) => name.endsWith(state));
  }

  async #waitUntilArchived(waiting: readonly string[], started: number): Promise<void> {
    for (;;) {
      const ready = new Set(this.#segments('.ready'));
      if (!waiting.some((name) => ready.has(name))) return;
      if (performance.now() - started > 1_800_000) {
        throw new Error(`archiving does not come to an end:\n${this.#cluster.log().slice(-2000)}`);
      }
      await pause(20);
    }
  }

  /** Milliseconds, and bytes of the set in the repository. */
  async backup(type: 'full' | 'incr'): Promise<{ milliseconds: number; bytes: number }> {
    const directory = this.#sandbox.file('repository/backup', stanza);
    const before = new Set(type === 'full' ? [] : setsIn(directory));
    const milliseconds = await this.#runToDisk([`--type=${type}`, 'backup']);
    const label = setsIn(directory).find((name) => !before.has(name));
    if (label === undefined) throw new Error(`no ${type} set appeared in ${directory}`);
    return { milliseconds, bytes: bytesBelow(`${directory}/${label}`) };
  }

  /**
   * Restores the latest set into an empty directory. Milliseconds; recovery is not part of it.
   *
   * With a spool of its own: a restore empties the spool (pgBackRest `src/command/restore/restore.c`), and taking
   * that of the running server away makes its archive-push wait for a minute for an answer that has gone.
   */
  async restore(): Promise<number> {
    const target = this.#sandbox.file('restored');
    removeDirectories(this.#sandbox, target);
    this.#sandbox.directory('restored');
    const spool = this.#sandbox.directory('restored-spool');
    const milliseconds = await this.#runToDisk([`--pg1-path=${target}`, `--spool-path=${spool}`, 'restore']);
    removeDirectories(this.#sandbox, target);
    return milliseconds;
  }
}

function setsIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => /^\d{8}-\d{6}F/.test(name));
}
