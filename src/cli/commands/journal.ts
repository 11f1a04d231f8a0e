import { Failure } from '../../model/failure.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { RunRecord, StepRecord } from '../../store/journal.ts';
import type { CommandModule } from '../command-definition.ts';
import { formatTable } from '../output/format-table.ts';
import { formatLocal, formatUtc } from '../output/format-time.ts';
import { listFacts } from '../output/list-facts.ts';

/** `holdfast journal [ID]`. */
export const run: CommandModule['run'] = async (input, context) => {
  const id = input.argument('id');
  const limit = readLimit(input.value('limit'));
  const journal = await context.journal();
  if (id === undefined) {
    const runs = journal.listRuns({ stanza: context.globals.stanza, limit });
    return {
      data: { runs: runs.map((record) => ({ ...record, abandoned: isAbandoned(record) })) },
      text: runs.length === 0 ? 'the journal is empty\n' : runTable(runs),
    };
  }
  const record = journal.findRun(id);
  if (record === undefined) {
    throw new Failure('nothing-found', {
      operation: 'look into the journal',
      place: journal.file,
      problem: `there is no run ${id}`,
      hint: "Run 'holdfast journal' to list the runs.",
    });
  }
  const steps = journal.stepsOf(record.id);
  return {
    data: { run: { ...record, abandoned: isAbandoned(record) }, steps },
    text: describeRun(record, steps),
  };
};

function readLimit(text: string | undefined): number {
  if (text === undefined) return 20;
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit > 0) return limit;
  throw new Failure('usage', {
    operation: 'read --limit',
    problem: `${JSON.stringify(text)} is not a number from 1 to 999999`,
    hint: 'Write it as --limit 50.',
  });
}

/** A run that nobody runs any more: its process ended without writing the end down (kill -9, a crash). */
function isAbandoned(record: RunRecord): boolean {
  return record.result === 'running' && record.process !== undefined && !isAlive(record.process);
}

function resultText(record: RunRecord): string {
  return isAbandoned(record) ? 'killed' : record.result;
}

function elapsedText(record: { readonly startedAt: number; readonly endedAt: number | undefined }): string {
  return record.endedAt === undefined ? '-' : formatElapsed(record.endedAt - record.startedAt);
}

function runTable(runs: readonly RunRecord[]): string {
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
    runs.map((record) => [
      record.id,
      formatUtc(record.startedAt),
      elapsedText(record),
      resultText(record),
      record.stanza ?? '-',
      record.repository ?? '-',
      record.label ?? '-',
      record.actor.user,
    ]),
  );
}

function describeRun(record: RunRecord, steps: readonly StepRecord[]): string {
  const { actor, failure } = record;
  const facts = listFacts([
    ['run', record.id],
    ['result', resultText(record)],
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
  return table === '' ? facts : `${facts}\n${table}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
