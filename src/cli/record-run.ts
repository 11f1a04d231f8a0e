import { Failure, isFailure } from '../model/failure.ts';
import { identifyProcess } from '../process/process-identity.ts';
import type { Journal, RunRecord } from '../store/journal.ts';
import type { CommandContext } from './context.ts';

/** What was done, and facts of it for the journal. */
export interface RecordedWork<Value> {
  readonly value: Value;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Does something as a run of the journal: begun before, ended whatever happens. What is thrown goes on its way. */
export async function recordRun<Value>(
  context: CommandContext,
  what: { readonly kind: RunRecord['kind']; readonly stanza: string },
  work: (journal: Journal, runId: string) => Promise<RecordedWork<Value>>,
): Promise<Value> {
  const journal = await context.journal();
  const { id } = journal.startRun({
    id: context.newRunId(what.kind),
    kind: what.kind,
    stanza: what.stanza,
    repository: undefined,
    actor: await context.actor(),
    cause: context.cause,
    facts: {},
    process: identifyProcess(process.pid),
  });
  try {
    const { value, facts } = await work(journal, id);
    journal.finishRun(id, { result: 'ok', facts });
    return value;
  } catch (error) {
    const stopped = context.signal.aborted || isFailure(error, 'interrupted');
    const failure = error instanceof Failure ? error.toJSON() : { kind: 'bug', problem: String(error) };
    journal.finishRun(id, { result: stopped ? 'interrupted' : 'failed', failure });
    throw error;
  }
}
