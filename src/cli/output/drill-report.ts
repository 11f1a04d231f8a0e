import { formatByteSize } from '../../model/byte-size.ts';
import type { DrillCheckResult, DrillReport } from '../../model/drill.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { JobEvent } from '../../model/job.ts';
import type { Terminal } from '../terminal.ts';
import { formatTable } from './format-table.ts';
import { listFacts } from './list-facts.ts';
import type { ProgressLine } from './progress-line.ts';

/** Shows what a drill tells while it goes on. */
export function showDrillEvent(
  event: JobEvent,
  stanza: string,
  terminal: Terminal,
  progress: ProgressLine,
): void {
  switch (event.kind) {
    case 'progress':
      progress.update({ label: '  restoring', bytesDone: event.bytesDone, bytesTotal: event.bytesTotal });
      return;
    case 'leased':
      return;
    case 'started':
      terminal.printNote(`holdfast: drilling stanza ${stanza} (${event.runId})`);
      return;
    case 'note':
      progress.clear();
      terminal.printNote(`holdfast: ${event.text}`);
      return;
    case 'drill':
      progress.clear();
      terminal.printNote(
        event.event.kind === 'phase' ? `phase: ${event.event.phase}` : `  ${checkLine(event.event.result)}`,
      );
  }
}

const words = {
  passed: 'ok',
  failed: 'FAILED',
  'not-done': 'not done',
  'not-applicable': 'nothing to check',
} as const;

function checkLine({ check, result, detail, elapsedMs }: DrillCheckResult): string {
  return `${check}: ${words[result]} (${formatElapsed(elapsedMs)}): ${detail}`;
}

/** A drill for people. */
export function describeDrill(report: DrillReport, kept: string | null, proof: string | undefined): string {
  const { measured, target, set } = report;
  const rate = (bytes: number | null): string | undefined =>
    bytes === null ? undefined : `${formatByteSize(Math.round(bytes))}/s`;
  const facts = listFacts([
    ['drill', `${report.result === 'passed' ? 'passed' : report.result.toUpperCase()} (${report.id})`],
    ['set', set.label === '' ? undefined : `${set.label} of repository ${report.repository}`],
    ['target', target.resolved === '' ? target.asked : `${target.resolved} (${target.asked})`],
    ['last commit', target.reached ?? undefined],
    ['restored', measured.restoredBytes === null ? undefined : formatByteSize(measured.restoredBytes)],
    ['restore', rate(measured.restoreBytesPerSecond)],
    ['replay', rate(measured.replayBytesPerSecond)],
    [
      'until writable',
      measured.copySeconds === null ? undefined : formatElapsed(measured.copySeconds * 1000),
    ],
    ['proof', proof],
    ['kept as', kept === null ? undefined : `${kept}: \`holdfast clones\` shows how to connect`],
  ]);
  const table = formatTable(
    [{ title: 'check' }, { title: 'result' }, { title: 'took', align: 'right' }, { title: 'what' }],
    report.checks.map(({ check, result, elapsedMs, detail }) => [
      check,
      words[result],
      formatElapsed(elapsedMs),
      detail,
    ]),
  );
  const problems = report.problems.map((problem) => `problem: ${problem}\n`).join('');
  return `${facts}${report.checks.length === 0 ? '' : table}${problems}`;
}
