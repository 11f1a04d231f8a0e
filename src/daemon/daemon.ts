import { observeCertificates } from '../certificates/observe-certificates.ts';
import { Failure } from '../model/failure.ts';
import { JobQueue } from '../jobs/queue/job-queue.ts';
import { repositoryIdentity } from '../jobs/run/repository-identity.ts';
import type { ScheduleLine } from '../model/schedule-line.ts';
import { scheduleLines } from '../config/schedule-lines.ts';
import { Healer } from '../jobs/heal/healer.ts';
import { Heart } from '../jobs/heartbeat/heart.ts';
import { createWatches } from '../jobs/observe/create-watches.ts';
import { FindingKeeper } from '../jobs/observe/finding-keeper.ts';
import { judgeNow } from '../jobs/observe/judge-now.ts';
import { createLooks } from '../jobs/observe/looks.ts';
import type { Watches } from '../jobs/observe/watches.ts';
import type { HealthSources } from '../jobs/observe/observe-health.ts';
import { createPastReader } from '../jobs/observe/read-past.ts';
import { countLooks } from '../metrics/count-looks.ts';
import { createMetrics } from '../metrics/create-metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { KeptSessions } from '../postgres/kept-sessions.ts';
import { type ArchiveDocument, documentArchive } from '../status/document-archive.ts';
import { describeHealth } from '../status/describe-health.ts';
import type { DaemonObservation } from '../status/daemon-observation.ts';
import type { Notifier } from '../notify/notifier.ts';
import { CopyKeeper } from './copy-keeper.ts';
import { createNotifier } from './create-notifier.ts';
import type { DaemonParts } from './daemon-parts.ts';
import { describeStatus } from './describe-status.ts';
import { executeJob } from './execute-job.ts';
import { HeldConfiguration } from './held-configuration.ts';
import { processResources } from './process-resources.ts';
import { Scheduler, tickEveryMs } from './scheduler.ts';
import { describeDecision } from './serve-log.ts';
import { submitJob } from './submit-job.ts';

/** How many turns of the scheduler may be missing before the daemon counts as stuck. */
const missedTurns = 3;

/** The parts of a running Holdfast, put together. It begins nothing by itself: run-daemon.ts does. */
export class Daemon {
  readonly held: HeldConfiguration;
  readonly queue: JobQueue;
  readonly scheduler: Scheduler;
  readonly watches: Watches;
  /** Connections to servers, kept between looks. */
  readonly sessions = new KeptSessions();
  readonly findings: FindingKeeper;
  readonly metrics: Metrics;
  readonly notifier: Notifier;
  readonly healer: Healer;
  readonly copies: CopyKeeper;
  readonly #parts: DaemonParts;
  readonly #startedAt: number;
  readonly #past = createPastReader();
  #scheduled: { readonly of: unknown; readonly lines: readonly ScheduleLine[] } | undefined;
  #journalOpen = true;
  #running = false;

  constructor(parts: DaemonParts) {
    const { deps, log } = parts;
    const now = (): number => deps.clock.now();
    this.#parts = parts;
    this.#startedAt = now();
    this.held = new HeldConfiguration(parts.loaded, {
      load: parts.load,
      openEngine: parts.openEngine,
      now,
      onEngine: (before, version) =>
        log({
          level: 'info',
          event: 'engine-changed',
          text: `pgbackrest is ${version} now, it was ${before}`,
        }),
    });
    this.watches = this.#createWatches();
    this.findings = new FindingKeeper({
      ...this.healthSources(),
      clock: deps.clock,
      onObserved: (seen) => {
        if (this.#running) this.healer.turn(seen);
      },
      onFailure: (error) => this.#reportAssessment(error),
    });
    this.notifier = createNotifier(
      parts,
      () => this.held.configuration.notify,
      (error) => this.#reportNotifying(error),
    );
    this.findings.listen(() => this.notifier.wake());
    this.metrics = createMetrics({
      ...this.healthSources(),
      clock: deps.clock,
      resources: processResources,
    });
    this.queue = new JobQueue({
      execute: (request, options) =>
        executeJob(request, options, {
          parts,
          held: this.held,
          metrics: this.metrics,
          watches: this.watches,
          onEnded: () => this.findings.notice(),
        }),
      identityOf: ({ stanza, repository }) => this.#identityOf(stanza, repository),
      limits: this.held.configuration.jobs,
      now,
      sleep: (milliseconds, signal) => deps.clock.sleep(milliseconds, signal),
      onBug: (error) => this.reportBug(error),
    });
    this.scheduler = new Scheduler({
      clock: deps.clock,
      memory: deps.journal.schedule,
      actor: parts.actor,
      lines: () => this.#lines(),
      submit: (request) => submitJob(this.queue, request).outcome,
      stopping: () => parts.stop.aborted,
      forget: (before) => void deps.journal.forgetDecisionsBefore(before),
      onDecision: (decision) => {
        this.#journalOpen = true;
        this.metrics.scheduleDecided(decision);
        const entry = describeDecision(decision);
        if (entry) log(entry);
      },
      onFailure: (error) => this.#reportTurn(error),
    });
    this.copies = new CopyKeeper(parts, {
      held: this.held,
      onChange: () => this.findings.notice(),
      onBug: (error) => this.reportBug(error),
    });
    this.healer = this.#createHealer();
  }

  #createHealer(): Healer {
    const { deps, actor, log } = this.#parts;
    return new Healer({
      ...this.healthSources(),
      clock: deps.clock,
      actor,
      submit: (request) => submitJob(this.queue, request).outcome,
      onIncident: ({ id, stanza, repository, closed }, text) => {
        const level = closed === undefined ? 'error' : 'warning';
        log({ level, event: 'incident', text: `${stanza}, ${repository}: ${text}`, facts: { incident: id } });
        this.findings.notice();
      },
      onFailure: (error) => this.#reportAssessment(error),
    });
  }

  /** What health and metrics are made of. */
  healthSources(): HealthSources {
    return {
      configuration: () => this.held.configuration,
      observeDaemon: () => this.observe(),
      journal: this.#parts.deps.journal,
      watches: this.watches,
      channels: () => this.notifier.observe(),
      leftCopies: () => this.copies.left(),
      certificates: () => observeCertificates(this.held.configuration),
      scheduleLines: () => this.#lines(),
      past: this.#past,
    };
  }

  /** True while the scheduler turns: what the supervisor is told. */
  isAlive(): boolean {
    const last = this.scheduler.lastTick;
    // Before its first turn the daemon is starting, and at the end it waits for its jobs.
    if (last === undefined || !this.#running) return true;
    return this.#parts.deps.clock.monotonic() - last < missedTurns * tickEveryMs;
  }

  /** Turns the scheduler until the stop is asked for. */
  async schedule(): Promise<void> {
    this.#running = true;
    this.findings.begin();
    try {
      await this.scheduler.run(this.#parts.stop);
    } finally {
      this.#running = false;
    }
  }

  observe(): DaemonObservation {
    const { version, deps, stop } = this.#parts;
    const { running, waiting, holds } = this.queue.view();
    const last = this.scheduler.lastTick;
    return {
      version,
      engineVersion: this.held.engine.version,
      startedAt: this.#startedAt,
      sinceTickMs: last === undefined ? undefined : deps.clock.monotonic() - last,
      tickEveryMs,
      journalOpen: this.#journalOpen,
      journalProblem: deps.journal.writeProblem,
      schedulerRunning: this.#running,
      stopping: stop.aborted,
      configuration: { loadedAt: this.held.loadedAt, refused: this.held.refused },
      jobs: [
        ...running.map(({ request, beganAt, runId }) => ({
          request,
          state: 'running' as const,
          since: beganAt,
          runId,
        })),
        ...waiting.map(({ request, since }) => ({
          request,
          state: 'waiting' as const,
          since,
          runId: undefined,
        })),
      ],
      holds: holds.map(({ stanza, why, since }) => ({ stanza, why, since })),
    };
  }

  /** What `/health` and `holdfast status` are told. @throws Failure journal-damaged */
  health(): Readonly<Record<string, unknown>> {
    const now = this.#parts.deps.clock.now();
    const { configuration, seen, findings } = judgeNow(this.healthSources(), now);
    return { ...describeHealth(configuration, seen, findings, now) };
  }

  /** What `holdfast jobs` and other commands are told. */
  status(): Readonly<Record<string, unknown>> {
    return describeStatus(this.observe(), this.queue.view(), {
      pid: this.#parts.deps.pid,
      configuration: this.held.configuration,
    });
  }

  /** What `holdfast windows` and `holdfast timelines` are told. */
  archives(): readonly ArchiveDocument[] {
    const now = this.#parts.deps.clock.now();
    return this.watches.archives().map((sighting) => documentArchive(this.held.configuration, sighting, now));
  }

  /**
   * Reads the configuration again. What runs goes on with the old one.
   *
   * @returns what became of it, in words. @throws Failure why it was refused: then the old one goes on
   */
  async reload(): Promise<string> {
    const { log, deps, actor } = this.#parts;
    try {
      const { configuration, engine } = await this.held.reload();
      this.queue.changeLimits(configuration.jobs);
      deps.journal.audit.append({
        actor,
        action: 'configuration reloaded',
        stanza: undefined,
        runId: undefined,
        details: { file: configuration.file, engine: engine.version.text },
      });
      this.metrics.reloaded('ok');
      this.watches.refresh();
      this.findings.notice();
      this.scheduler.wake();
      this.notifier.reload();
      const text = `the configuration was read again: ${configuration.file}`;
      log({ level: 'info', event: 'reloaded', text });
      return text;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.metrics.reloaded('refused');
      const text = `the configuration is refused and the old one goes on: ${error.message}`;
      log({ level: 'error', event: 'reload-refused', text, facts: { error: error.toJSON() } });
      throw error;
    }
  }

  /** What should not happen is told with where it happened, and nothing stops for it. */
  reportBug(error: unknown): void {
    const text = `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    this.#parts.log({ level: 'error', event: 'bug', text });
  }

  #createWatches(): Watches {
    const { deps } = this.#parts;
    return createWatches({
      configuration: () => this.held.configuration,
      looks: countLooks(
        createLooks({
          ...deps,
          engine: async () => (await this.held.forJob()).engine,
          databases: () => this.held.configuration.watch.databases,
          sessions: this.sessions,
          heart: new Heart(deps),
        }),
        { recorder: () => this.metrics, monotonic: () => deps.clock.monotonic() },
      ),
      clock: deps.clock,
      random: deps.random,
      onBug: (error) => this.reportBug(error),
      onSighting: () => this.findings.notice(),
    });
  }

  #reportAssessment(error: unknown): void {
    if (!(error instanceof Failure)) return this.reportBug(error);
    const text = `what is wrong cannot be judged now: ${error.message}`;
    this.#parts.log({ level: 'error', event: 'assess-failed', text, facts: { error: error.toJSON() } });
  }

  #reportTurn(error: unknown): void {
    this.#journalOpen = !(error instanceof Failure);
    if (!(error instanceof Failure)) return this.reportBug(error);
    const text = `the schedule cannot be kept now: ${error.message}`;
    this.#parts.log({ level: 'error', event: 'schedule-failed', text, facts: { error: error.toJSON() } });
  }

  #reportNotifying(error: unknown): void {
    if (!(error instanceof Failure)) return this.reportBug(error);
    const text = `alerts cannot be told now: ${error.message}`;
    this.#parts.log({
      level: 'error',
      event: 'notifications-failed',
      text,
      facts: { error: error.toJSON() },
    });
  }

  /** The same list until the configuration is another. */
  #lines(): readonly ScheduleLine[] {
    const of = this.held.configuration;
    if (this.#scheduled?.of !== of) this.#scheduled = { of, lines: scheduleLines(of) };
    return this.#scheduled.lines;
  }

  #identityOf(stanzaName: string, repository: string | undefined): string | undefined {
    const stanza = this.held.configuration.stanzas.find((candidate) => candidate.name === stanzaName);
    const found = stanza?.repositories.find((candidate) => candidate.name === repository);
    return found && repositoryIdentity(found);
  }
}
