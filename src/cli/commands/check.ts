import type { CheckReport } from '../../jobs/check/check-stanza.ts';
import { renderCheckReport } from '../../jobs/check/render-check-report.ts';
import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import type { JobOutcome } from '../../model/job.ts';
import type { CommandModule } from '../command-definition.ts';
import { requestJob } from '../request-job.ts';
import { runJobs, type JobsObserver } from '../run-jobs.ts';

/** `holdfast check`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const request = requestJob({
    kind: 'check',
    stanza: stanza.name,
    repository: undefined,
    actor: await context.actor(),
    cause: context.cause,
    timeoutMs: readTimeout(input.value('timeout')),
  });
  const observer: JobsObserver = {
    onEvent: (_, event) => {
      if (event.kind === 'note') context.terminal.printNote(`holdfast: ${event.text}`);
    },
    onOutcome: () => {},
  };
  const route = { direct: input.flag('direct') };
  const [outcome] = await runJobs(stanza, [request], context, observer, route);
  const report = readReport(outcome, stanza.name);
  return {
    data: toJson(report),
    text: `${renderCheckReport(report)}\n`,
    exitCode: findingsExitCode(report.findings),
  };
};

/** @throws Failure why there is no report */
function readReport(outcome: JobOutcome | undefined, stanza: string): CheckReport {
  if (outcome?.result === 'ok') return outcome.facts as unknown as CheckReport;
  if (outcome !== undefined && outcome.result !== 'skipped') throw outcome.failure;
  throw new Failure('interrupted', {
    operation: `check stanza ${stanza}`,
    problem: outcome?.detail ?? 'stopped before it was begun',
  });
}

/** @throws Failure usage */
function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= 1 && seconds <= 86_400) return seconds * 1000;
  throw new Failure('usage', {
    operation: 'read --timeout',
    problem: `${JSON.stringify(text)} is not a duration from 1s to 1d`,
    hint: 'Write it as --timeout 5m.',
  });
}

function toJson(report: CheckReport): Record<string, unknown> {
  const { stanza, checkedAt, findings, observations } = report;
  return { stanza, checkedAt: new Date(checkedAt).toISOString(), findings, observations };
}
