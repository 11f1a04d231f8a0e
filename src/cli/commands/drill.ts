import { copyDependenciesOf } from '../../jobs/drill/copy-dependencies.ts';
import { chooseDrill } from '../../jobs/drill/plan-drill-request.ts';
import { reportOf } from '../../jobs/drill/run-drill-job.ts';
import {
  type DrillCheck,
  drillChecks,
  type DrillReport,
  type DrillTarget,
  type DrillWish,
} from '../../model/drill.ts';
import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import type { JobOutcome, JobRequest } from '../../model/job.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { planDrill } from '../../recovery/drill/plan-drill.ts';
import { renderPlan } from '../../recovery/plan/render-plan.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { copyDependencies, sweepAndTell } from '../copy-deps.ts';
import { createJobDeps } from '../create-job-deps.ts';
import { detachJobs } from '../detach-jobs.ts';
import { describeDrill, showDrillEvent } from '../output/drill-report.ts';
import { openProgressLine } from '../output/progress-line.ts';
import { readTimeline } from '../restore-options.ts';
import { requestJob } from '../request-job.ts';
import { runJobs, type JobsObserver } from '../run-jobs.ts';

/** `holdfast drill`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const request = await readRequest(input, context);
  if (input.flag('plan')) return showPlan(request, context);
  if (input.flag('detach')) return detachJobs([request], context);
  await sweepAndTell(context, await copyDependencies(context, () => {}));
  using progress = openProgressLine(context.terminal, () => performance.now());
  const observer: JobsObserver = {
    onEvent: (_, event) => showDrillEvent(event, stanza.name, context.terminal, progress),
    onOutcome: () => {},
  };
  const [outcome] = await runJobs(stanza, [request], context, observer, { direct: input.flag('direct') });
  progress.clear();
  return resultOf(stanza.name, outcome);
};

type DrillRequest = JobRequest & { readonly drill: DrillWish };

async function readRequest(input: CommandInput, context: CommandContext): Promise<DrillRequest> {
  const stanza = await context.stanza();
  const repository = input.value('repo');
  if (repository !== undefined) chooseRepositories(stanza, [repository]);
  const drill: DrillWish = {
    target: readTarget(input),
    checks: readChecks(input.value('checks')),
    repositories: [],
    timeline: readTimeline(input.value('timeline')),
    keepMs: readKeep(input),
  };
  const request = requestJob({
    kind: 'drill',
    stanza: stanza.name,
    repository,
    set: input.value('set'),
    actor: await context.actor(),
    cause: context.cause,
  });
  const wait = input.value('wait');
  const leaseWaitMs = wait === undefined ? undefined : readDuration('wait', wait);
  return { ...request, drill, leaseWaitMs };
}

function readTarget(input: CommandInput): DrillWish['target'] {
  const [target, to] = [input.value('target'), input.value('to')];
  if (target !== undefined && to !== undefined) throw usage('--target and --to exclude each other');
  if (to !== undefined) return { to, timezone: input.value('timezone') };
  return (target ?? 'random') as DrillTarget;
}

function readChecks(text: string | undefined): readonly DrillCheck[] {
  if (text === undefined) return drillChecks;
  return text.split(',').map((word) => {
    const check = drillChecks.find((name) => name === word.trim());
    if (check !== undefined) return check;
    const nearest = nearestName(word.trim(), drillChecks);
    throw usage(
      `--checks: there is no check ${JSON.stringify(word)}${nearest === undefined ? '' : `; is it ${nearest}?`}`,
    );
  });
}

/** @returns milliseconds */
function readKeep(input: CommandInput): number | undefined {
  const ttl = input.value('ttl');
  if (input.flag('keep')) return readDuration('ttl', ttl ?? '4h');
  if (ttl !== undefined) throw usage('--ttl goes with --keep');
  return undefined;
}

/** @returns milliseconds */
function readDuration(option: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0) return seconds * 1000;
  throw usage(`--${option} ${text} is no duration such as 30m, 4h or 2d`);
}

async function showPlan(request: DrillRequest, context: CommandContext): Promise<CommandResult> {
  const stanza = await context.stanza();
  const deps = await createJobDeps(context);
  const choice = await chooseDrill(request, stanza, deps, context.signal);
  const { drill } = request;
  const { plan } = await planDrill(
    {
      ...choice,
      id: '',
      stanza,
      repositoryName: choice.repository,
      timeline: drill.timeline,
      random: deps.random(),
      settings: { checks: drill.checks, queries: stanza.drills?.queries ?? [] },
      previous: undefined,
    },
    copyDependenciesOf(request, deps, context.signal),
  );
  const checks = drillChecks.filter((check) => check === 'target' || drill.checks.includes(check));
  return {
    data: { stanza: stanza.name, asked: choice.asked, plan, checks },
    text: `${renderPlan(plan)}\nchecks: ${checks.join(', ')}\n`,
  };
}

/** @throws Failure what kept it from being done */
function resultOf(stanza: string, outcome: JobOutcome | undefined): CommandResult {
  if (outcome?.result === 'ok') {
    const { report, kept, proof } = outcome.facts as unknown as DrillFacts;
    return {
      data: { stanza, run: outcome.runId, report, kept, proof },
      text: describeDrill(report, kept, proof.detail),
      exitCode: outcome.warnings.length > 0 ? 1 : 0,
    };
  }
  if (outcome === undefined || outcome.result === 'skipped') {
    throw new Failure('interrupted', {
      operation: `drill stanza ${stanza}`,
      problem: outcome?.detail ?? 'stopped before it was begun',
    });
  }
  const report = reportOf(outcome.failure);
  if (report === undefined) throw outcome.failure;
  const kept = (outcome.failure.details?.['kept'] ?? null) as string | null;
  return {
    data: { stanza, run: outcome.runId, report, kept, proof: null },
    text: describeDrill(report, kept, undefined),
    exitCode: 2,
  };
}

interface DrillFacts {
  readonly report: DrillReport;
  readonly kept: string | null;
  readonly proof: { readonly written: boolean; readonly detail: string };
}

function usage(problem: string): Failure {
  return new Failure('usage', {
    operation: 'read the command line',
    problem,
    hint: 'Run `holdfast drill --help`.',
  });
}
