import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { AuditEntry } from '../../store/audit-trail.ts';
import type { StepRecord } from '../../store/journal.ts';
import { describeState, type LiveRun } from '../journal/run-state.ts';
import { formatTable } from './format-table.ts';
import { formatLocal, formatUtc } from './format-time.ts';
import { listFacts } from './list-facts.ts';

/** One line a run. */
export function runTable(runs: readonly LiveRun[]): string {
  return formatTable(
    [
      { title: 'id' },
      { title: 'started' },
      { title: 'duration', align: 'right' },
      { title: 'result' },
      { title: 'stanza' },
      { title: 'repository' },
      { title: 'label' },
      { title: 'by' },
    ],
    runs.map((run) => [
      run.record.id,
      formatUtc(run.record.startedAt),
      elapsedText(run.record),
      describeState(run, 'short'),
      run.record.stanza ?? '-',
      run.record.repository ?? '-',
      run.record.label ?? '-',
      run.record.actor.user,
    ]),
  );
}

/** Everything of one run. */
export function describeRun(run: LiveRun, steps: readonly StepRecord[]): string {
  const { record } = run;
  const { actor, failure, facts } = record;
  const list = listFacts([
    ['run', record.id],
    ['result', describeState(run, 'long')],
    ['started', `${formatUtc(record.startedAt)} (${formatLocal(record.startedAt)})`],
    ['duration', record.endedAt === undefined ? undefined : elapsedText(record)],
    ['stanza', record.stanza],
    ['repository', record.repository],
    ['label', record.label],
    ['bytes', record.bytes === undefined ? undefined : formatByteSize(record.bytes)],
    ['by', `${actor.user} on ${actor.host} (${actor.via})`],
    ['command', record.cause],
    ['problem', textOf(failure?.['problem'])],
    ['hint', textOf(failure?.['hint'])],
    ['log', textOf(facts['logFile'])],
    ['rebuilt', facts['rebuilt'] === true ? 'yes: out of what the repository knows' : undefined],
  ]);
  const table = formatTable(
    [
      { title: 'step' },
      { title: 'name' },
      { title: 'result' },
      { title: 'started' },
      { title: 'duration', align: 'right' },
    ],
    steps.map((step) => [
      String(step.sequence),
      step.name,
      step.result,
      formatUtc(step.startedAt),
      elapsedText(step),
    ]),
  );
  return table === '' ? list : `${list}\n${table}`;
}

/** One line an entry of the audit trail. */
export function auditTable(entries: readonly AuditEntry[]): string {
  return formatTable(
    [
      { title: 'entry', align: 'right' },
      { title: 'at' },
      { title: 'action' },
      { title: 'stanza' },
      { title: 'run' },
      { title: 'by' },
      { title: 'hash' },
    ],
    entries.map((entry) => [
      String(entry.sequence),
      formatUtc(entry.at),
      typeof entry.details['result'] === 'string'
        ? `${entry.action}: ${entry.details['result']}`
        : entry.action,
      entry.stanza ?? '-',
      entry.runId ?? '-',
      `${entry.actor.user} on ${entry.actor.host}`,
      entry.hash.slice(0, 12),
    ]),
  );
}

function elapsedText(record: { readonly startedAt: number; readonly endedAt: number | undefined }): string {
  return record.endedAt === undefined ? '-' : formatElapsed(record.endedAt - record.startedAt);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
