import { Failure, isFailure } from '../model/failure.ts';
import { formatElapsed } from '../model/duration.ts';
import { startHttpServer } from '../http/start-http-server.ts';
import { claimDirectory } from '../store/claim-directory.ts';
import { answerClient } from './answer-client.ts';
import { askDaemon } from './control-client.ts';
import { startControlServer } from './control-server.ts';
import type { DaemonParts } from './daemon-parts.ts';
import { Daemon } from './daemon.ts';
import { testChannels } from '../notify/test-channels.ts';
import { createConsulPusher } from './create-consul-pusher.ts';
import { notifierDeps } from './create-notifier.ts';
import { rebuildJournal, settleStanzas } from './settle-stanzas.ts';
import { socketPath } from './socket-path.ts';
import { connectSupervisor, type Supervisor } from './supervisor.ts';

/** Milliseconds for children to be gone after they were killed. */
const killedMs = 5000;
/** Milliseconds for alerts that are due to go out; the others wait on disk for the next daemon. */
const flushMs = 5000;

/**
 * Runs schedules until the stop is asked for.
 *
 * @throws Failure daemon-running, file-unusable (state directory, socket), listen-failed, secret-unavailable
 */
export async function runDaemon(parts: DaemonParts): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const { configuration } = parts.loaded;
  resources.use(await claim(parts));
  const daemon = new Daemon(parts);
  resources.use(daemon.sessions);
  resources.use(daemon.watches);
  resources.use(daemon.findings);
  const supervisor = resources.use(supervise(daemon, parts));
  const reload = oneAfterTheOther(async () => {
    supervisor.reloading();
    try {
      return await daemon.reload();
    } finally {
      supervisor.ready();
    }
  });
  parts.onReload(() => void reload().catch((error: unknown) => reportUnlessRefused(daemon, error)));
  resources.use(
    await startControlServer({
      path: socketPath(configuration.stateDirectory),
      owner: parts.owner,
      handle: (request, conversation) =>
        answerClient(request, conversation, {
          queue: daemon.queue,
          held: daemon.held,
          status: () => daemon.status(),
          health: () => daemon.health(),
          archives: () => daemon.archives(),
          testChannels: (channels, signal) => testChannels(channels, notifierDeps(parts), signal),
          reload,
          stop: parts.stop,
        }),
      onBug: (error) => daemon.reportBug(error),
    }),
  );
  const http = resources.use(await serveHttp(daemon, parts));
  const settling = Promise.all([
    settleStanzas(daemon, parts),
    rebuildJournal(daemon, parts),
    daemon.copies.run(),
  ]);
  supervisor.ready();
  supervisor.status(`keeps the schedules of ${configuration.stanzas.map(({ name }) => name).join(', ')}`);
  sayReady(parts, http.port);
  const notifying = Promise.all([
    daemon.notifier.run(parts.stop),
    createConsulPusher(daemon, parts).run(parts.stop),
  ]);
  await daemon.schedule();
  supervisor.stopping();
  await end(daemon, parts);
  await settling;
  await Promise.all([daemon.scheduler.settled(), daemon.healer.settled()]);
  await notifying;
  await daemon.notifier.end(flushMs);
  parts.log({ level: 'info', event: 'stopped', text: 'stopped' });
}

async function claim({ loaded, owner }: DaemonParts): Promise<Disposable> {
  const { stateDirectory } = loaded.configuration;
  const claimed = claimDirectory(stateDirectory, owner);
  if (claimed) return claimed;
  const path = socketPath(stateDirectory);
  // Only for its pid: whether it answers changes nothing.
  const answer = await askDaemon(path, { ask: 'status' }, 'status', 2000).catch(() => undefined);
  const pid = answer?.status['pid'];
  throw new Failure('daemon-running', {
    operation: 'start the daemon',
    place: stateDirectory,
    problem: `another holdfast serve runs with this state directory${typeof pid === 'number' ? ` (pid ${pid})` : ''}`,
    hint: 'Look at it with `holdfast jobs`. A second one for other stanzas needs a file with a state directory of its own.',
  });
}

function supervise(daemon: Daemon, { env, deps, log }: DaemonParts): Supervisor {
  return connectSupervisor({
    env,
    path: deps.path,
    pid: deps.pid,
    clock: deps.clock,
    isAlive: () => daemon.isAlive(),
    onFailure: (problem) =>
      log({ level: 'warning', event: 'supervisor', text: `systemd cannot be told how it goes: ${problem}` }),
  });
}

async function serveHttp(daemon: Daemon, parts: DaemonParts): ReturnType<typeof startHttpServer> {
  const { server } = parts.loaded.configuration;
  return startHttpServer({
    ...daemon.healthSources(),
    listen: server.listen,
    token: server.token && (await parts.deps.resolveSecret(server.token)),
    clock: parts.deps.clock,
    metrics: daemon.metrics,
    reportBug: (error) => daemon.reportBug(error),
  });
}

function sayReady({ loaded, log, onReady, version }: DaemonParts, port: number): void {
  const { configuration, engine } = loaded;
  const stanzas = configuration.stanzas.map(({ name }) => name);
  const { host } = configuration.server.listen;
  const text = `holdfast ${version} keeps the schedules of ${stanzas.join(', ')} with pgbackrest ${engine.version.text}, and listens on ${host}:${port}`;
  const facts = { version, stanzas, file: configuration.file, engine: engine.version.text, port };
  log({ level: 'info', event: 'ready', text, facts });
  onReady?.({ port });
}

/** Of two reloads the later one is about the later file. */
function oneAfterTheOther<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

/** A refusal has been told where it happened. */
function reportUnlessRefused(daemon: Daemon, error: unknown): void {
  if (!isFailure(error)) daemon.reportBug(error);
}

/**
 * Begins nothing more, lets what runs go on for as long as that was allowed, stops it gracefully, and kills what does
 * not end in time: the journal and the next daemon see to what is left.
 */
async function end(daemon: Daemon, parts: DaemonParts): Promise<void> {
  const { queue } = daemon;
  const { log, drainMs, stopTimeoutMs, killChildren } = parts;
  const why = new Failure('interrupted', { operation: 'run the job', problem: 'the daemon was stopped' });
  queue.close(why);
  const left = queue.view().running.length;
  const wait = drainMs > 0 && left > 0 ? ` within ${formatElapsed(drainMs)}` : '';
  const doing = left === 0 ? '' : `: ${left} running jobs are to end${wait}`;
  log({ level: 'info', event: 'stopping', text: `stopping${doing}` });
  if (await endsWithin(daemon, drainMs)) return;
  queue.stopAll(why);
  if (await endsWithin(daemon, stopTimeoutMs)) return;
  const text = `what runs did not end within ${formatElapsed(stopTimeoutMs)} and is killed`;
  log({ level: 'warning', event: 'killing', text });
  killChildren();
  await endsWithin(daemon, killedMs);
}

/** Real time, because a person or systemd waits for it. @returns whether nothing runs any more */
async function endsWithin({ queue }: Daemon, milliseconds: number): Promise<boolean> {
  const patience = Promise.withResolvers<false>();
  const timer = setTimeout(() => patience.resolve(false), milliseconds);
  try {
    return await Promise.race([queue.idle().then(() => true as const), patience.promise]);
  } finally {
    clearTimeout(timer);
  }
}
