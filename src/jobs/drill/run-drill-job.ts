import { type DrillCheck, drillChecks, type DrillReport, type DrillWish } from '../../model/drill.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { JobRequest } from '../../model/job.ts';
import { isAlive } from '../../process/process-identity.ts';
import { runDrill } from '../../recovery/drill/run-drill.ts';
import type { RestorePlan } from '../../recovery/restore-plan.ts';
import type { RunRecord } from '../../store/journal.ts';
import type { JobWork, JobWorkContext } from '../job-work.ts';
import { copyDependenciesOf } from './copy-dependencies.ts';
import { noteProof } from './note-proof.ts';
import { withinTime } from './within-time.ts';
import { chooseDrill, doneDrills } from './plan-drill-request.ts';
import { reportInterrupted, writeEvidence } from './write-evidence.ts';

const stopped = 'it was stopped before its end';

/**
 * A drill: a set is restored beside production, checked, and taken away; what came out is in the run's facts under
 * `report`, also when it failed. One at a time on this host.
 *
 * @throws Failure drill-failed with the report in its details; engine-busy when another drill goes on; nothing-found,
 *   disk-full and others when it could not be done, which says nothing of the backup
 */
export const runDrillJob: JobWork = withinTime(async (context) => {
  const { deps, signal, stanza, runId, emit } = context;
  const request = requireWish(context.request);
  refuseBeside(context);
  const choice = await chooseDrill(request, stanza, deps, signal);
  deps.journal.updateRun(runId, { repository: choice.repository, facts: { asked: choice.asked } });
  const { drill } = request;
  const startedAt = deps.clock.now();
  const evidence = { ...context, actor: request.actor, cause: request.cause };
  const { report, kept } = await runDrill(
    {
      id: runId,
      stanza,
      repositoryName: choice.repository,
      setLabel: choice.setLabel,
      timeline: drill.timeline,
      asked: choice.asked,
      target: choice.target,
      random: deps.random(),
      settings: {
        checks: drill.checks,
        queries: stanza.drills?.queries ?? [],
        counts: stanza.drills?.counts,
        amcheck: stanza.drills?.amcheck,
        processes: deps.configuration.copies.processes,
      },
      previous: doneDrills(deps.journal, stanza.name).find(({ result }) => result === 'passed'),
      keepMs: drill.keepMs,
    },
    {
      ...copyDependenciesOf(request, deps, signal),
      emit: (event) => {
        if (event.type === 'finding') emit({ kind: 'note', text: event.finding.problem });
        if (event.type !== 'step-progress') return;
        const { bytesDone, bytesTotal } = event.progress;
        if (bytesDone !== undefined) emit({ kind: 'progress', bytesDone, bytesTotal });
      },
      onDrillEvent: (event) => emit({ kind: 'drill', event }),
    },
  ).catch(async (error: unknown) => {
    if (isFailure(error, 'interrupted')) {
      const { repository, asked } = choice;
      const { host } = request.actor;
      const left = { id: runId, stanza: stanza.name, repository, asked, host, startedAt, problem: stopped };
      await writeEvidence(reportInterrupted(left, deps), evidence);
    }
    throw error;
  });
  const { label } = report.set;
  deps.journal.updateRun(runId, { ...(label === '' ? {} : { label }), facts: { report: { ...report } } });
  const facts = { report, kept: kept ?? null };
  if (report.result !== 'passed') {
    await writeEvidence(report, evidence);
    throw failed(report, kept);
  }
  const { set, ...proof } = await noteProof(report, context);
  const { warnings: unwritten, ...written } = await writeEvidence(report, evidence, set);
  const warnings = [...undone(report, drill.checks), ...(proof.written ? [] : [proof.detail]), ...unwritten];
  return { facts: { ...facts, proof, evidence: written }, warnings, label };
});

/** What was to be checked and was not. Where nobody chose the checks, one that has nothing to look at is none of them. */
function undone({ checks }: DrillReport, asked: readonly DrillCheck[]): string[] {
  const chosen = asked.length < drillChecks.length;
  return checks.flatMap(({ check, result, detail }) =>
    result === 'not-done' || (result === 'not-applicable' && chosen && asked.includes(check))
      ? [`${check} was not done: ${detail}`]
      : [],
  );
}

function requireWish(request: JobRequest): JobRequest & { readonly drill: DrillWish } {
  const { drill } = request;
  if (drill !== undefined) return { ...request, drill };
  throw new Failure('usage', {
    operation: `drill stanza ${request.stanza}`,
    problem: 'it is not said what the drill shall do',
    hint: 'Use the same version of Holdfast for the command and for the daemon: restart the daemon after an update.',
  });
}

/**
 * The daemon's queue sees to both; this is about commands beside it.
 *
 * @throws Failure engine-busy when another drill goes on on this host, or a restore of this stanza's production
 */
function refuseBeside({ deps, runId, stanza }: JobWorkContext): void {
  const other = deps.journal
    .unfinishedRuns()
    .filter(({ id, process }) => id !== runId && process !== undefined && isAlive(process))
    .find((run) => run.kind === 'drill' || (run.stanza === stanza.name && isOfProduction(run)));
  if (other === undefined) return;
  throw new Failure('engine-busy', {
    operation: `drill stanza ${stanza.name}`,
    place: other.stanza === undefined ? undefined : `stanza ${other.stanza}`,
    problem: `${other.kind === 'drill' ? 'another drill' : `a ${other.kind}`} is going on: ${other.id}`,
    hint: 'One drill at a time runs on a host, and none beside a restore. Try again when it has ended: `holdfast journal` shows it.',
  });
}

/** Also a copy is made by a restore. */
function isOfProduction({ kind, facts }: RunRecord): boolean {
  const { mode } = (facts['plan'] ?? {}) as Partial<RestorePlan>;
  return kind === 'undo' || (kind === 'restore' && mode !== 'into');
}

function failed(report: DrillReport, kept: string | undefined): Failure {
  const { stanza, set, repository, problems } = report;
  return new Failure('drill-failed', {
    operation: `drill ${set.label === '' ? '' : `set ${set.label} of `}stanza ${stanza}`,
    place: `repository ${repository}`,
    problem: problems.join('; '),
    hint: 'This is what a restore of production would have met. Look at `holdfast verify` and `holdfast windows`, and take a full backup.',
    details: { report, kept: kept ?? null },
  });
}

/** The report in the details of a drill that failed. */
export function reportOf(failure: unknown): DrillReport | undefined {
  return isFailure(failure, 'drill-failed')
    ? (failure.details?.['report'] as DrillReport | undefined)
    : undefined;
}
