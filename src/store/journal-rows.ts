import * as z from 'zod';
import { decodeJson } from './journal-json.ts';
import { damaged } from './sqlite-failure.ts';
import { runKinds, type RunBeat, type RunRecord, type StepRecord } from './journal.ts';

// A command reads a handful of rows: compiling a parser for each table costs it ten milliseconds and gains nothing.
z.config({ jitless: true });

/** A text of JSON that is an object. */
export const jsonObject = z
  .string()
  .transform((text, context) => {
    try {
      return decodeJson(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.unknown()));

const result = z.enum(['running', 'ok', 'failed', 'interrupted']);
const count = z.int().nonnegative();

const runRow = z.object({
  id: z.string().min(1),
  kind: z.enum(runKinds),
  stanza: z.string().nullable(),
  repository: z.string().nullable(),
  actor_user: z.string(),
  actor_host: z.string(),
  actor_via: z.string(),
  cause: z.string(),
  started_at: count,
  ended_at: count.nullable(),
  result,
  label: z.string().nullable(),
  bytes: count.nullable(),
  failure: jsonObject.nullable(),
  facts: jsonObject,
  process_pid: count.nullable(),
  process_ticks: count.nullable(),
});

const stepRow = z.object({
  run_id: z.string().min(1),
  sequence: z.int().positive(),
  name: z.string().min(1),
  started_at: count,
  ended_at: count.nullable(),
  result,
  facts: jsonObject,
});

const beatRow = z.object({ at: count, bytes_done: count.nullable(), bytes_total: count.nullable() });

/** A row of table `run` as a record. @throws Failure journal-damaged when it is not one; `file` is for the message */
export function readRunRow(row: unknown, file: string): RunRecord {
  const run = validate(runRow, row, file, 'run');
  const { process_pid: pid, process_ticks: startTicks } = run;
  return {
    id: run.id,
    kind: run.kind,
    stanza: run.stanza ?? undefined,
    repository: run.repository ?? undefined,
    actor: { user: run.actor_user, host: run.actor_host, via: run.actor_via },
    cause: run.cause,
    startedAt: run.started_at,
    endedAt: run.ended_at ?? undefined,
    result: run.result,
    label: run.label ?? undefined,
    bytes: run.bytes ?? undefined,
    failure: run.failure ?? undefined,
    facts: run.facts,
    process: pid === null || startTicks === null ? undefined : { pid, startTicks },
  };
}

/** A row of table `step` as a record. @throws Failure journal-damaged when it is not one */
export function readStepRow(row: unknown, file: string): StepRecord {
  const step = validate(stepRow, row, file, 'step');
  return {
    runId: step.run_id,
    sequence: step.sequence,
    name: step.name,
    startedAt: step.started_at,
    endedAt: step.ended_at ?? undefined,
    result: step.result,
    facts: step.facts,
  };
}

/** A row of table `beat` as a record. @throws Failure journal-damaged when it is not one */
export function readBeatRow(row: unknown, file: string): RunBeat {
  const beat = validate(beatRow, row, file, 'beat');
  return {
    at: beat.at,
    bytesDone: beat.bytes_done ?? undefined,
    bytesTotal: beat.bytes_total ?? undefined,
  };
}

/** Reads a row by its schema. @throws Failure journal-damaged when the row does not fit */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  row: unknown,
  file: string,
  table: string,
): z.output<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(file, `a row of table ${table} makes no sense: ${issue?.path.join('.')}: ${issue?.message}`);
}
