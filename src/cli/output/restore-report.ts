import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import { formatLsn } from '../../model/wal.ts';
import type { RestoreOutcome } from '../../recovery/apply/apply-restore.ts';
import type { RestoreEvent, StepProgress } from '../../recovery/apply/restore-context.ts';
import { formatIso } from '../../recovery/format-instant.ts';
import type { Terminal } from '../terminal.ts';
import { formatTable } from './format-table.ts';
import { listFacts } from './list-facts.ts';
import type { ProgressLine } from './progress-line.ts';

/** Shows what a restore tells while it goes on. */
export function showRestoreEvent(event: RestoreEvent, terminal: Terminal, progress: ProgressLine): void {
  if (event.type === 'step-progress') {
    progress.say(`  ${progressOf(event.progress)}`);
    return;
  }
  progress.clear();
  switch (event.type) {
    case 'step-started':
      terminal.printNote(`[${event.number}/${event.count}] ${event.title}`);
      return;
    case 'step-finished':
      terminal.printNote(`      ${formatElapsed(event.elapsedMs)}: ${event.summary}`);
      return;
    case 'finding':
      terminal.printWarning(`holdfast: ${findingText(event.finding)}`);
  }
}

/** `warning: what (evidence)`: a finding on one line. */
function findingText(finding: Finding): string {
  return `${finding.severity}: ${finding.problem} (${finding.evidence}); ${finding.remedy}`;
}

function progressOf(progress: StepProgress): string {
  const { bytesDone, bytesTotal, lsn, time, percent, message } = progress;
  const total = bytesTotal === undefined ? '' : ` of ${formatByteSize(bytesTotal)}`;
  return [
    message,
    percent === undefined ? undefined : `${percent.toFixed(1)}%`,
    bytesDone === undefined ? undefined : `${formatByteSize(bytesDone)}${total}`,
    lsn === undefined ? undefined : `replayed to ${formatLsn(lsn)}`,
    time === undefined ? undefined : `last commit ${formatIso(time)}`,
  ]
    .filter((part) => part !== undefined)
    .join('  ');
}

/** What a finished restore came to, for people. */
export function describeOutcome(outcome: RestoreOutcome): string {
  const { reached } = outcome;
  const facts = listFacts([
    ['restored', `stanza ${outcome.stanza} in ${outcome.dataDirectory}`],
    ['server', `port ${outcome.port}, socket in ${outcome.socketDirectory}`],
    ['last commit', reached.time === undefined ? undefined : formatIso(reached.time)],
    ['reached', reached.lsn === undefined ? undefined : formatLsn(reached.lsn)],
    ['timeline', `${reached.timeline}, now ${reached.newTimeline}`],
    ['restored bytes', outcome.bytes === undefined ? undefined : formatByteSize(outcome.bytes)],
    ['took', formatElapsed(outcome.elapsedMs)],
    ['old directory', outcome.aside],
    ['saved WAL', outcome.salvage],
    ...outcome.proofs.map((proof) => ['proven', proof] as const),
    ['undo', outcome.undo],
  ]);
  const steps = formatTable(
    [{ title: 'step' }, { title: 'duration', align: 'right' }, { title: 'result' }],
    outcome.steps.map((step) => [step.name, formatElapsed(step.elapsedMs), step.summary]),
  );
  return `${facts}\n${steps}`;
}

/** The outcome as `--json` shows it: LSNs as PostgreSQL prints them, times in ISO 8601. */
export function outcomeToJson(outcome: RestoreOutcome): Record<string, unknown> {
  const { reached } = outcome;
  return {
    ...outcome,
    elapsedMs: Math.round(outcome.elapsedMs),
    reached: {
      lsn: reached.lsn === undefined ? undefined : formatLsn(reached.lsn),
      time: reached.time === undefined ? undefined : formatIso(reached.time),
      timeline: reached.timeline,
      newTimeline: reached.newTimeline,
    },
  };
}
