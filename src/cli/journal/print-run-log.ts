import { maskQuotedCommand } from '../../engine/log-lines.ts';
import { Failure } from '../../model/failure.ts';
import { FileTail } from '../../process/tail-file.ts';
import type { RunRecord } from '../../store/journal.ts';
import type { CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { createClock } from '../create-clock.ts';
import { printable } from '../output/printable.ts';
import { lookAtRun } from './run-state.ts';

const followEveryMs = 500;

/** Prints what the engine wrote in a run; with `follow` until it has ended, or nobody runs it any more. */
export async function printRunLog(
  record: RunRecord,
  { follow }: { readonly follow: boolean },
  context: CommandContext,
): Promise<CommandResult> {
  const { logFile } = record.facts;
  if (typeof logFile !== 'string') {
    throw noLog(
      record,
      'it has no log of its own',
      'Only runs that work with pgBackRest have one: backup, expire, verify.',
    );
  }
  const lines: string[] = [];
  const take = (raw: string): void => {
    const line = maskQuotedCommand(raw);
    if (context.globals.json) lines.push(line);
    else context.terminal.printResult(`${printable(line)}\n`);
  };
  await using tail = await openTail(logFile, record, take);
  const clock = createClock();
  if (follow) {
    while (await goesOn(record, context)) {
      await tail.read();
      await clock.sleep(followEveryMs, context.signal);
    }
  }
  await tail.finish();
  return { data: { run: record.id, logFile, lines }, text: '' };
}

async function goesOn({ id }: RunRecord, context: CommandContext): Promise<boolean> {
  const journal = await context.journal();
  const present = journal.findRun(id);
  return present?.result === 'running' && !lookAtRun(present, journal, context.now()).abandoned;
}

async function openTail(file: string, record: RunRecord, take: (line: string) => void): Promise<FileTail> {
  try {
    return await FileTail.open(file, 0, take);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw noLog(
      record,
      `${file} is not there`,
      'Logs are removed by maintenance when they are old, or none was written.',
    );
  }
}

function noLog(record: RunRecord, problem: string, hint: string): Failure {
  return new Failure('nothing-found', {
    operation: `print the log of the run ${record.id}`,
    problem,
    hint: `${hint} \`holdfast journal ${record.id}\` shows what is known of the run.`,
  });
}
