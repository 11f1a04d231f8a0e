import { checkStanza, type CheckReport } from '../../jobs/check/check-stanza.ts';
import type { CheckContext, CheckEvent } from '../../jobs/check/check-deps.ts';
import { renderCheckReport } from '../../jobs/check/render-check-report.ts';
import { formatElapsed, parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { recordRun } from '../record-run.ts';
import { createSetupContext } from '../setup-context.ts';

/** `holdfast check`. */
export const run: CommandModule['run'] = async (input, context) => {
  const timeoutMs = readTimeout(input.value('timeout'));
  const setup = await createSetupContext(context);
  const check: CheckContext = {
    ...setup,
    timeoutMs,
    now: () => context.now(),
    hostZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    onEvent: (event) => showEvent(event, context),
  };
  const report = await recordRun(context, { kind: 'check', stanza: setup.stanza.name }, async () => {
    const result = await checkStanza(check);
    return { value: result, facts: { findings: result.findings } };
  });
  return {
    data: toJson(report),
    text: `${renderCheckReport(report)}\n`,
    exitCode: findingsExitCode(report.findings),
  };
};

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

function showEvent(event: CheckEvent, context: CommandContext): void {
  const { terminal } = context;
  if (event.kind === 'switched') {
    const patience = formatElapsed(event.timeoutMs);
    terminal.printNote(`holdfast: waiting for ${event.segment} in every repository, ${patience} at most`);
  } else {
    terminal.printNote(`holdfast: it is in ${event.repository} after ${formatElapsed(event.afterMs)}`);
  }
}

function toJson(report: CheckReport): Record<string, unknown> {
  const { stanza, checkedAt, findings, observations } = report;
  return { stanza, checkedAt: new Date(checkedAt).toISOString(), findings, observations };
}
