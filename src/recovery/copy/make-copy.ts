import { join } from 'node:path';
import type { CopyNetwork, CopyPurpose, CopyRecord } from '../../model/copy.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { KeptSessions } from '../../postgres/kept-sessions.ts';
import type { Server } from '../../postgres/server.ts';
import { applyRestore, type RestoreOutcome } from '../apply/apply-restore.ts';
import { readRestoreSamples } from '../estimate/restore-sample.ts';
import { restoredServer } from '../apply/restore-run.ts';
import { planFailure } from '../plan/plan-failure.ts';
import { observeRestore } from '../plan/observe-restore.ts';
import { planRestore } from '../plan/plan-restore.ts';
import type { RestoreObservations } from '../plan/observations.ts';
import type { RestorePlan } from '../restore-plan.ts';
import type { CopyDependencies } from './copy-deps.ts';
import { makeCopyPlace, placeOfCopy } from './copy-place.ts';
import { dropCopy } from './drop-copy.ts';
import { dropZeroedDatabases } from './drop-zeroed-databases.ts';
import { keepSpace, refuseFullDisk } from './keep-space.ts';
import { openToNetwork } from './open-to-network.ts';
import { proveHarmless } from './prove-harmless.ts';

/** What copy is wanted. */
export interface CopyRequest {
  readonly purpose: CopyPurpose;
  readonly stanza: string;
  readonly target: RestoreTarget;
  readonly repositoryName?: string | undefined;
  readonly setLabel?: string | undefined;
  readonly timeline?: number | undefined;
  readonly name?: string | undefined;
  /** Milliseconds until it is dropped; undefined: never by itself. */
  readonly ttlMs?: number | undefined;
  /** Only these databases; all others are dropped in the copy. Not with `pause`. */
  readonly databases?: readonly string[] | undefined;
  /** Undefined: a free one. */
  readonly port?: number | undefined;
  /** Undefined: nobody reaches it but through its socket. */
  readonly network?: CopyNetwork | undefined;
  /** Stand still at the target instead of promoting: for a search that goes on from there. */
  readonly pause?: boolean | undefined;
}

/** A plan for a copy: nothing was made yet, and refusals are in `plan.refusals`. */
export interface CopyPlan {
  readonly request: CopyRequest;
  readonly id: string;
  readonly plan: RestorePlan;
  readonly observations: RestoreObservations;
}

/** A copy that answers. */
export interface MadeCopy {
  readonly record: CopyRecord;
  readonly plan: RestorePlan;
  readonly outcome: RestoreOutcome;
  /** Query, stop and start it like any other. */
  readonly server: Server;
}

/** Looks at everything and plans where and how the copy would be restored. Changes nothing. */
export async function planCopy(request: CopyRequest, deps: CopyDependencies): Promise<CopyPlan> {
  const { configuration } = deps;
  const id = deps.newRunId(request.purpose);
  const restore = {
    configuration,
    stanza: request.stanza,
    target: request.target,
    setLabel: request.setLabel,
    repositoryName: request.repositoryName,
    into: join(placeOfCopy(configuration, id), 'data'),
    delta: false,
    timeline: request.timeline,
    databases: request.databases,
    port: request.port,
  };
  await using sessions = new KeptSessions();
  const observations = await observeRestore(
    {
      ...deps,
      knownTimelines: (systemIdentifier) => deps.journal.timelines.list(request.stanza, systemIdentifier),
      sessions,
      samples: readRestoreSamples(deps.journal, request.stanza),
    },
    restore,
  );
  const whole = planRestore(restore, observations, {
    now: new Date(deps.now()),
    id: deps.newRunId('restore'),
  });
  const { memory, processes, nice, idleDisk } = configuration.copies;
  const room = await refuseFullDisk(whole, configuration.copies);
  const plan: RestorePlan = {
    ...whole,
    bounds: { memory, processes, nice, idleDisk },
    listenAddresses: request.network?.addresses,
    refusals: [...whole.refusals, ...room],
    ...(request.pause === true ? { steps: whole.steps.filter(({ name }) => !endsPause(name)) } : {}),
  };
  return { request, id, plan, observations };
}

function endsPause(step: RestorePlan['steps'][number]['name']): boolean {
  return step === 'promote' || step === 'prove-write';
}

/**
 * Restores the copy, starts it, and sees that it answers and cannot archive. It is written down before its first
 * directory is made, so that a copy whose maker was killed is found and dropped (sweep-copies.ts).
 *
 * @throws Failure preflight-refused or target-unreachable when the plan has refusals; otherwise of the step that failed, after which what was
 *   made has been dropped
 */
export async function makeCopy(planned: CopyPlan, deps: CopyDependencies): Promise<MadeCopy> {
  const { plan, observations } = planned;
  if (plan.refusals.length > 0) throw planFailure(plan);
  const record = describeCopy(planned, deps);
  deps.journal.copies.begin(record, (copies) => refuseSameName(record, copies));
  try {
    const { server: production } = observations.cluster;
    await makeCopyPlace(record, production.owner);
    await deps.checkpoint?.('copy: place made');
    const engine = await deps.opening;
    const outcome = await keepSpace(record.place, deps, (signal) =>
      applyRestore(plan, { ...deps, signal, engine, server: production, isPlanFresh: true }),
    );
    const server = restoredServer(plan, production);
    const findings = await proveHarmless(server, record);
    for (const finding of findings) deps.emit?.({ type: 'finding', finding });
    await deps.checkpoint?.('copy: proved harmless');
    if (plan.databases !== undefined) await dropZeroedDatabases(server, plan.databases);
    if (record.network !== undefined) await openToNetwork(server, record, record.network);
    return {
      record: deps.journal.copies.update(record.id, { state: 'ready' }),
      plan,
      outcome: { ...outcome, findings: [...outcome.findings, ...findings] },
      server,
    };
  } catch (error) {
    await dropAfterFailure(record, deps);
    throw error;
  }
}

/** What cannot be dropped now is still written down, and dropped by the next sweep: why it was made matters more. */
async function dropAfterFailure(record: CopyRecord, deps: CopyDependencies): Promise<void> {
  try {
    await dropCopy(record, deps);
  } catch (error) {
    if (!isFailure(error)) throw error;
    deps.emit?.({
      type: 'finding',
      finding: {
        rule: 'copy-left-behind',
        severity: 'warning',
        subject: `copy ${record.id}`,
        problem: 'what was restored of it could not be removed',
        evidence: error.message,
        remedy: `Remove the cause, then run \`holdfast clone drop ${record.id}\`.`,
      },
    });
  }
}

function describeCopy({ request, id, plan }: CopyPlan, deps: CopyDependencies): CopyRecord {
  const createdAt = deps.now();
  return {
    id,
    purpose: request.purpose,
    stanza: request.stanza,
    name: request.name,
    restoreId: plan.id,
    place: placeOfCopy(deps.configuration, id),
    dataDirectory: plan.directories.data,
    engineDirectory: plan.directories.engine,
    port: plan.server.port,
    socketDirectory: plan.server.socketDirectory,
    owner: plan.owner.name,
    host: deps.host,
    target: plan.target.description,
    repository: plan.repository.name,
    set: plan.set.label,
    createdAt,
    expiresAt: request.ttlMs === undefined ? undefined : createdAt + request.ttlMs,
    network: request.network,
    state: 'making',
    process: deps.process,
  };
}

/** A name is there so that a person can say which copy is meant. */
function refuseSameName(wanted: CopyRecord, copies: readonly CopyRecord[]): void {
  const other = copies.find(({ name, id }) => wanted.name !== undefined && [name, id].includes(wanted.name));
  if (other === undefined) return;
  throw new Failure('usage', {
    operation: `make a ${wanted.purpose} of stanza ${wanted.stanza}`,
    problem: `${other.id} has the name ${wanted.name} already`,
    hint: `Choose another name, or drop that one: \`holdfast clone drop ${wanted.name}\`.`,
  });
}
