import { readCatalogue } from '../../engine/info.ts';
import { renderFinding } from '../../jobs/check/render-check-report.ts';
import { summarizeVerify } from '../../jobs/verify/run-verify-job.ts';
import { Failure } from '../../model/failure.ts';
import { type Finding, findingsExitCode } from '../../model/finding.ts';
import type { JobOutcome } from '../../model/job.ts';
import type { Repository } from '../../model/repository.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { detachJobs } from '../detach-jobs.ts';
import { findSetPlaces } from '../find-set-places.ts';
import { requestJob } from '../request-job.ts';
import { runJobs, type JobsObserver } from '../run-jobs.ts';

/** `holdfast verify`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const set = input.value('set');
  const chosen = chooseRepositories(stanza, input.values('repo'));
  // A label is rarely in more than one repository: without --repo those that have it are meant.
  const repositories =
    set === undefined || input.values('repo').length > 0
      ? chosen
      : await findPlaces(stanza.name, set, chosen, context);
  const actor = await context.actor();
  const { cause, terminal } = context;
  const requests = repositories.map(({ name }) =>
    requestJob({ kind: 'verify', stanza: stanza.name, repository: name, set, actor, cause }),
  );
  if (input.flag('detach')) return detachJobs(requests, context);
  const observer: JobsObserver = {
    onEvent: (job, event) => {
      const name = repositories[job]?.name ?? '';
      if (event.kind === 'started') terminal.printNote(`holdfast: verifying ${stanza.name} in ${name}`);
      if (event.kind === 'note') terminal.printNote(`holdfast: ${name}: ${event.text}`);
    },
    onOutcome: () => {},
  };
  const route = { direct: input.flag('direct') };
  const outcomes = await runJobs(stanza, requests, context, observer, route);
  const results = repositories.map((repository, index) => resultOf(repository, outcomes[index]));
  const text = results.map(describeResult).join('');
  const failed = results.filter((result) => result.failure !== undefined);
  if (failed.length > 0) {
    if (!context.globals.json) terminal.printResult(text);
    throw failureOf(stanza.name, failed, results);
  }
  return {
    data: { stanza: stanza.name, repositories: results.map(toJson) },
    text,
    exitCode: findingsExitCode(results.flatMap((result) => result.findings)),
  };
};

async function findPlaces(
  stanza: string,
  set: string,
  chosen: readonly Repository[],
  context: CommandContext,
): Promise<readonly Repository[]> {
  const { signal, onSpawn } = context;
  const catalogue = await readCatalogue(await context.engine(), stanza, { signal, onSpawn });
  return findSetPlaces(stanza, set, chosen, catalogue);
}

interface VerifyResult {
  readonly repository: { readonly name: string; readonly key: number };
  readonly runId: string | undefined;
  readonly findings: readonly Finding[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Why it could not be verified. */
  readonly failure: Failure | undefined;
}

function resultOf({ name, key }: Repository, outcome: JobOutcome | undefined): VerifyResult {
  const repository = { name, key };
  if (outcome?.result === 'ok') return judged(repository, outcome.runId, outcome.facts);
  if (outcome === undefined || outcome.result === 'skipped') {
    const failure = new Failure('interrupted', {
      operation: `verify repository ${name}`,
      problem: outcome?.detail ?? 'stopped before it was begun',
    });
    return { repository, runId: undefined, findings: [], facts: {}, failure };
  }
  const { failure, runId } = outcome;
  // Damage that was found is an answer.
  if (failure.kind === 'repository-damaged' && Array.isArray(failure.details?.['findings']))
    return judged(repository, runId, failure.details);
  return { repository, runId, findings: [], facts: {}, failure };
}

function judged(
  repository: VerifyResult['repository'],
  runId: string | undefined,
  facts: Readonly<Record<string, unknown>>,
): VerifyResult {
  const findings = facts['findings'] as readonly Finding[];
  return { repository, runId, findings, facts, failure: undefined };
}

const verdicts = ['ok', 'warnings', 'DAMAGED'] as const;

function describeResult({ repository: { name }, findings, facts, failure }: VerifyResult): string {
  if (failure !== undefined) return `${name}: not verified: ${failure.problem}\n`;
  const verdict = verdicts[findingsExitCode(findings)];
  const lines = [`${name}: ${verdict} (${summarizeVerify(facts)})`, ...findings.flatMap(renderFinding)];
  return `${lines.join('\n')}\n`;
}

function toJson({ repository, runId, facts, failure }: VerifyResult): Record<string, unknown> {
  return {
    repository: repository.name,
    key: repository.key,
    ...(runId === undefined ? {} : { run: runId }),
    ...facts,
    ...(failure === undefined ? {} : { error: failure.toJSON() }),
  };
}

function failureOf(
  stanza: string,
  failed: readonly VerifyResult[],
  results: readonly VerifyResult[],
): Failure {
  const [first] = failed;
  return new Failure(first?.failure?.kind ?? 'interrupted', {
    operation: `verify the repositories of stanza ${stanza}`,
    place: failed.map((result) => result.repository.name).join(', '),
    problem: failed.map((result) => `${result.repository.name}: ${result.failure?.problem}`).join('; '),
    hint: failed.map((result) => `${result.repository.name}: ${result.failure?.hint ?? ''}`).join('\n'),
    details: { repositories: results.map(toJson) },
    cause: first?.failure,
  });
}
