import type { Stanza } from '../../config/configuration.ts';
import { documentExpire, type ExpireDocument } from '../../jobs/expire/describe-expire.ts';
import { setsInUse } from '../../jobs/expire/sets-in-use.ts';
import { type ExpirePreview, planExpire, removesAnything } from '../../jobs/expire/plan-expire.ts';
import { Failure } from '../../model/failure.ts';
import type { JobOrigin, JobOutcome } from '../../model/job.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { askConsent } from '../ask-consent.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { describeExpirePreview, describeRemoval } from '../output/describe-expire.ts';
import { findScheduleLine, timerOrigin } from '../find-schedule-line.ts';
import { requestJob } from '../request-job.ts';
import { runJobs, type JobRoute, type JobsObserver } from '../run-jobs.ts';

/** `holdfast expire`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const line = findScheduleLine(input.value('line'), stanza, context.configFile());
  if (line !== undefined) requireExpire(line);
  const wanted = input.values('repo');
  const repositories = chooseRepositories(stanza, wanted.length > 0 ? wanted : (line?.repositories ?? []));
  const { signal, onSpawn, terminal } = context;
  const journal = await context.journal();
  const { previews } = await planExpire(stanza.name, repositories, {
    engine: await context.engine(),
    inUse: (name) => setsInUse(journal, stanza.name, name),
    now: () => context.now(),
    signal,
    onSpawn,
  });
  const text = previews.map(describeExpirePreview).join('');
  const results = previews.map(resultOfPreview);
  const dryRun = input.flag('dry-run');
  if (dryRun || !previews.some(isWorthwhile))
    return conclude(stanza.name, { results, text, dryRun }, context);
  for (const removal of text.trimEnd().split('\n')) terminal.printNote(removal);
  await askConsent(context, {
    operation: `expire backups of stanza ${stanza.name}`,
    question: 'Remove them?',
    details: { repositories: results.map(toJson) },
  });
  const done = await expireAll(stanza, previews, context, {
    origin: line && timerOrigin(line, context.now()),
    // The daemon has a schedule of its own, and takes no job of it from outside.
    direct: input.flag('direct') || line !== undefined,
  });
  const doneText = `${done.flatMap(describeResult).join('\n')}\n`;
  return conclude(stanza.name, { results: done, text: doneText, dryRun }, context);
};

/** @throws Failure usage */
function requireExpire({ job }: ScheduleLine): void {
  if (job === 'expire') return;
  throw new Failure('usage', {
    operation: 'read --line',
    problem: `the line is of ${job}, not of expire`,
    hint: '`holdfast schedule` shows the lines.',
  });
}

/** What is or would be removed from one repository. */
interface ExpireResult {
  readonly repository: { readonly name: string; readonly key: number };
  readonly document: ExpireDocument;
  /** Undefined when nothing was run there. */
  readonly runId: string | undefined;
  readonly failure: Failure | undefined;
}

function isWorthwhile(preview: ExpirePreview): boolean {
  return preview.failure === undefined && removesAnything(preview);
}

/** One job for each repository in which something would go. */
async function expireAll(
  stanza: Stanza,
  previews: readonly ExpirePreview[],
  context: CommandContext,
  { origin, ...route }: JobRoute & { readonly origin: JobOrigin | undefined },
): Promise<readonly ExpireResult[]> {
  const worthwhile = previews.filter(isWorthwhile);
  const actor = await context.actor();
  const requests = worthwhile.map(({ repository }) => ({
    ...requestJob({
      kind: 'expire',
      stanza: stanza.name,
      repository: repository.name,
      actor,
      cause: context.cause,
    }),
    ...(origin === undefined ? {} : { origin }),
  }));
  const observer: JobsObserver = {
    onEvent: (job, event) => {
      if (event.kind === 'note')
        context.terminal.printNote(`holdfast: ${worthwhile[job]?.repository.name}: ${event.text}`);
    },
    onOutcome: (job, outcome) => {
      if (outcome.result !== 'skipped') return;
      context.terminal.printNote(`holdfast: ${worthwhile[job]?.repository.name}: ${outcome.detail}`);
    },
  };
  const outcomes = await runJobs(stanza, requests, context, observer, route);
  return previews.map((preview) => {
    const index = worthwhile.indexOf(preview);
    return index === -1 ? resultOfPreview(preview) : resultOfOutcome(preview, outcomes[index]);
  });
}

function resultOfPreview(preview: ExpirePreview): ExpireResult {
  const { repository, failure } = preview;
  return { repository, document: documentExpire(preview), runId: undefined, failure };
}

function resultOfOutcome(preview: ExpirePreview, outcome: JobOutcome | undefined): ExpireResult {
  const { repository } = preview;
  const nothing = { ...documentExpire(preview), sets: [], archives: [] };
  if (outcome?.result === 'ok') {
    const facts = outcome.facts as unknown as Omit<ExpireDocument, 'warnings'>;
    const document = { ...facts, warnings: outcome.warnings };
    return { repository, document, runId: outcome.runId, failure: undefined };
  }
  // Of a line of the schedule, which another member is to do by now.
  if (outcome?.result === 'skipped')
    return { repository, document: nothing, runId: undefined, failure: undefined };
  if (outcome !== undefined)
    return { repository, document: nothing, runId: outcome.runId, failure: outcome.failure };
  const failure = new Failure('interrupted', {
    operation: `expire in ${repository.name}`,
    problem: 'stopped before it was begun',
    hint: 'Run it again later.',
  });
  return { repository, document: nothing, runId: undefined, failure };
}

function describeResult({ repository, document, failure }: ExpireResult): readonly string[] {
  if (failure !== undefined) return [`${repository.name}: failed: ${failure.problem}`];
  return [
    ...document.warnings.map((warning) => `${repository.name}: pgbackrest warns: ${warning}`),
    ...describeRemoval(repository.name, 'removed', document),
  ];
}

function toJson({ repository, document, runId, failure }: ExpireResult): Record<string, unknown> {
  return {
    repository: repository.name,
    key: repository.key,
    ok: failure === undefined,
    ...document,
    ...(runId === undefined ? {} : { run: runId }),
    ...(failure === undefined ? {} : { error: failure.toJSON() }),
  };
}

/** @throws Failure the first one, which says where and why, with all of them in its details */
function conclude(
  stanza: string,
  end: { readonly results: readonly ExpireResult[]; readonly text: string; readonly dryRun: boolean },
  context: CommandContext,
): Awaited<ReturnType<CommandModule['run']>> {
  const { results, text, dryRun } = end;
  const failed = results.filter((result) => result.failure !== undefined);
  const first = failed[0]?.failure;
  if (first === undefined) return { data: { stanza, dryRun, repositories: results.map(toJson) }, text };
  if (!context.globals.json) context.terminal.printResult(text);
  throw new Failure(first.kind, {
    operation: `expire backups of stanza ${stanza}`,
    place: failed.map((result) => result.repository.name).join(', '),
    problem: failed.map((result) => `${result.repository.name}: ${result.failure?.problem}`).join('; '),
    hint: failed.map((result) => `${result.repository.name}: ${result.failure?.hint ?? ''}`).join('\n'),
    details: { repositories: results.map(toJson) },
    cause: first,
  });
}
