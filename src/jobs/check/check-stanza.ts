import { observeCertificates } from '../../certificates/observe-certificates.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import { isFailure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { maskCommand } from '../../model/mask-command.ts';
import { assess } from '../../status/assess.ts';
import type { ArrivalObservation, CheckObservations, ServerObservation } from '../../status/observations.ts';
import { describeRepositories } from '../observe/describe-repositories.ts';
import type { CheckContext } from './check-deps.ts';
import { observeArrival } from './observe-arrival.ts';
import { observeEngineCheck } from './observe-engine-check.ts';
import { observeDirectories, observeFiles, observeFileSystems } from './observe-machine.ts';
import { observeClock, observeServer } from './observe-server.ts';

/** What a check saw, and what is wrong with it. Data without secrets. */
export interface CheckReport {
  readonly stanza: string;
  /** Epoch milliseconds. */
  readonly checkedAt: number;
  readonly observations: CheckObservations;
  /** The worst first; exit code by findingsExitCode. */
  readonly findings: readonly Finding[];
}

/**
 * Checks a stanza on this host: proves that WAL written now arrives in every repository, and looks at all that backups
 * depend on. What cannot be seen is a finding, never ok. Switches WAL segments; changes nothing else.
 *
 * @throws Failure interrupted
 */
export async function checkStanza(context: CheckContext): Promise<CheckReport> {
  const { configuration, stanza, engine } = context;
  const { catalogue, problem } = await askCatalogue(context);
  const server = context.server === undefined ? undefined : await observeServer(context, context.server);
  const timeoutMs =
    context.timeoutMs ?? (Number(server?.settings?.['archive_timeout']?.value ?? 0) || 60) * 1000 + 60_000;
  const clock =
    context.server === undefined || server?.accepting !== true
      ? undefined
      : await observeClock(context, context.server);
  const { arrival, engineCheck } = await proveArchiving(context, { server, catalogue, timeoutMs });
  const observations: CheckObservations = {
    stanza: stanza.name,
    engine: { version: engine.version, user: context.engineUser.name },
    server,
    files: await observeFiles(context),
    directories: await observeDirectories(context),
    fileSystems: await observeFileSystems(context),
    repositories: describeRepositories(stanza, catalogue, problem),
    clock,
    arrival,
    engineCheck,
  };
  const checkedAt = context.now();
  return {
    stanza: stanza.name,
    checkedAt,
    observations: withMaskedCommand(observations),
    findings: assess(
      configuration,
      { checks: [observations], certificates: observeCertificates(configuration) },
      checkedAt,
    ),
  };
}

/** To be shown; what it is compared with is the command itself. */
function withMaskedCommand(seen: CheckObservations): CheckObservations {
  const { server } = seen;
  const command = server?.settings?.['archive_command'];
  if (server === undefined || command === undefined) return seen;
  const masked = { ...command, value: maskCommand(command.value) };
  return { ...seen, server: { ...server, settings: { ...server.settings, archive_command: masked } } };
}

/** Ours and the engine's at the same time: each may have to wait as long as the other. */
async function proveArchiving(
  context: CheckContext,
  seen: {
    readonly server: ServerObservation | undefined;
    readonly catalogue: Catalogue | undefined;
    readonly timeoutMs: number;
  },
): Promise<Pick<CheckObservations, 'arrival' | 'engineCheck'>> {
  const obstacle = findObstacle(seen.server);
  if (context.server === undefined || obstacle !== undefined) {
    const reason = obstacle?.reason ?? 'no server of this stanza is on this host: check where it is';
    const arrival: ArrivalObservation = { tried: false, reason, expected: obstacle?.expected ?? false };
    return { arrival, engineCheck: { ran: false, reason } };
  }
  const [arrival, engineCheck] = await Promise.all([
    observeArrival(context, context.server, seen.catalogue, seen.timeoutMs),
    observeEngineCheck(context, seen.timeoutMs),
  ]);
  return { arrival, engineCheck };
}

/** Why no WAL can be sent from here; expected when that alone is bad news. */
function findObstacle(
  server: ServerObservation | undefined,
): { reason: string; expected: boolean } | undefined {
  if (server === undefined) return undefined;
  if (server.inRecovery === true) {
    return {
      reason: 'this server is a standby: WAL is archived by the primary, check there',
      expected: false,
    };
  }
  if (server.settings === undefined)
    return { reason: server.problem ?? 'the server does not answer', expected: true };
  const mode = server.settings['archive_mode']?.value;
  return mode === 'on' || mode === 'always'
    ? undefined
    : { reason: `archive_mode is ${mode}`, expected: true };
}

async function askCatalogue(
  context: CheckContext,
): Promise<{ catalogue: Catalogue | undefined; problem: string }> {
  const { engine, stanza, signal } = context;
  try {
    return {
      catalogue: await readCatalogue(engine, stanza.name, { signal, ioTimeoutSeconds: 10 }),
      problem: '',
    };
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    return { catalogue: undefined, problem: error.message };
  }
}
