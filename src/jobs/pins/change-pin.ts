import { runAnnotate } from '../../engine/annotate.ts';
import type { Engine, EngineRunOptions } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { Stanza } from '../../config/configuration.ts';
import type { Actor } from '../../model/actor.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';
import { takeLease } from '../run/take-lease.ts';
import { formatPin, type Pin, pinAnnotation } from '../../model/pin.ts';

/** What is to be pinned, or with `pin` undefined no longer. */
export interface PinChange {
  readonly repository: { readonly name: string; readonly key: number };
  readonly label: string;
  readonly pin: Pin | undefined;
}

export interface PinContext {
  readonly stanza: Stanza;
  readonly deps: JobDeps;
  readonly options: JobRunOptions;
  readonly actor: Actor;
  readonly cause: string;
  readonly waitMs?: number | undefined;
}

/**
 * Writes or removes the pin of one set in one repository, as a run of the journal and under the lease of the repository
 * (the engine replaces backup.info), and reads it back.
 *
 * @param waitMs for a lease that somebody else has; undefined: as long as a person waits
 * @throws Failure as takeLease and runEngine; proof-failed when the repository does not have it afterwards
 */
export async function changePin(
  change: PinChange,
  { stanza, deps, options, ...by }: PinContext,
): Promise<{ readonly runId: string }> {
  const { repository, label, pin } = change;
  const runId = deps.newRunId('pin');
  deps.journal.startRun({
    id: runId,
    kind: 'pin',
    stanza: stanza.name,
    repository: repository.name,
    actor: by.actor,
    cause: by.cause,
    facts: { set: label, pin: pin === undefined ? 'removed' : formatPin(pin) },
    process: identifyProcess(deps.pid),
  });
  try {
    const request = {
      kind: 'pin',
      repository: repository.name,
      origin: { kind: 'request' as const },
      actor: by.actor,
      leaseWaitMs: by.waitMs,
    };
    await using lease = await takeLease({ stanza, deps, options, runId, request });
    const signal = AbortSignal.any([options.signal, lease.lost]);
    await writePin(deps.engine, stanza.name, change, { signal, onSpawn: options.onSpawn });
    deps.journal.finishRun(runId, { result: 'ok', label });
    return { runId };
  } catch (error) {
    const stopped = options.signal.aborted || isFailure(error, 'interrupted');
    const failure = isFailure(error) ? error.toJSON() : { kind: 'bug', problem: String(error) };
    deps.journal.finishRun(runId, { result: stopped ? 'interrupted' : 'failed', label, failure });
    throw error;
  }
}

async function writePin(
  engine: Engine,
  stanza: string,
  { repository, label, pin }: PinChange,
  run: Pick<EngineRunOptions, 'signal' | 'onSpawn'>,
): Promise<void> {
  const value = pin === undefined ? '' : formatPin(pin);
  const place = { stanza, repositoryKey: repository.key };
  await runAnnotate(engine, { ...place, set: label, annotations: { [pinAnnotation]: value } }, run);
  const catalogue = await readCatalogue(engine, stanza, { ...run, repositoryKey: repository.key });
  const set = catalogue.sets.find((one) => one.label === label && one.repositoryKey === repository.key);
  if (set !== undefined && (set.annotations[pinAnnotation] ?? '') === value) return;
  throw new Failure('proof-failed', {
    operation: `${pin === undefined ? 'unpin' : 'pin'} set ${label}`,
    place: `repository ${repository.name}`,
    problem: 'pgbackrest reported success, but the repository does not show it',
    hint: 'Make sure that no other host or tool works with this repository, then run the command again.',
  });
}
