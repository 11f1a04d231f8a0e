import { join, resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { parseRestoreTarget } from '../../recovery/parse-target.ts';
import { type AppliedChange, applyChange } from '../../recovery/rescue/apply-change.ts';
import { parseTableName } from '../../recovery/rescue/parse-table-name.ts';
import type { RescueReport } from '../../recovery/rescue/rescue-report.ts';
import {
  type PreparedRescue,
  prepareRescue,
  type RescueRequest,
} from '../../recovery/rescue/rescue-tables.ts';
import { askConsent } from '../ask-consent.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { copyDependencies, sweepAndTell } from '../copy-deps.ts';
import { openProgressLine } from '../output/progress-line.ts';
import { describeRescue } from '../output/rescue-text.ts';
import { showRestoreEvent } from '../output/restore-report.ts';
import { recordRun } from '../record-run.ts';
import { readTimeline } from '../restore-options.ts';

/** `holdfast rescue TABLE… --to …`. */
export const run: CommandModule['run'] = async (input, context) => {
  const request = await readRequest(input, context);
  const wantsApply = input.flag('apply');
  const { report, applied } = await recordRun(
    context,
    { kind: 'rescue', stanza: request.stanza.name },
    async (_journal, id) => {
      const directory = input.value('out');
      const { stateDirectory } = await context.configuration();
      const place = directory === undefined ? join(stateDirectory, 'rescue', id) : resolve(directory);
      const prepared = await prepare({ ...request, id, directory: place }, context);
      const found = prepared.report;
      const done = wantsApply && found.changes ? await apply(prepared, context) : undefined;
      const facts = {
        target: found.target,
        files: found.files,
        tables: found.tables.map(countsOf),
        applied: done !== undefined,
      };
      return { value: { report: found, applied: done }, facts };
    },
  );
  return {
    data: { rescue: report, applied: applied ?? null },
    text: describeRescue(report, { applied, wantsApply }),
    exitCode: report.notRestored.length > 0 ? 1 : 0,
  };
};

async function prepare(request: RescueRequest, context: CommandContext): Promise<PreparedRescue> {
  using progress = openProgressLine(context.terminal, () => performance.now());
  const copies = await copyDependencies(context, (event) =>
    showRestoreEvent(event, context.terminal, progress),
  );
  await sweepAndTell(context, copies);
  return prepareRescue(request, {
    ...copies,
    engineUser: await context.engineUser(),
    onPhase: (text) => {
      progress.clear();
      context.terminal.printNote(`holdfast: ${text}`);
    },
    onProgress: (text) => progress.say(text),
  });
}

/** Everything that it overwrites lies in rollback.sql, on disk, before anybody is asked. */
async function apply({ report, live }: PreparedRescue, context: CommandContext): Promise<AppliedChange> {
  if (!context.globals.json) {
    for (const line of describeRescue(report, { applied: undefined, wantsApply: true }).trimEnd().split('\n'))
      context.terminal.printNote(line);
  }
  await askConsent(context, {
    operation: `apply rescue ${report.id}`,
    question: `This changes database ${report.database} of stanza ${report.stanza}. The way back is ${report.files.rollback}. Go on?`,
    word: report.stanza,
    details: { rescue: report },
  });
  context.signal.throwIfAborted();
  return applyChange(report, live);
}

function countsOf({ name, applied }: RescueReport['tables'][number]): object {
  return { name, ...applied };
}

type Wanted = Omit<RescueRequest, 'id' | 'directory'>;

async function readRequest(input: CommandInput, context: CommandContext): Promise<Wanted> {
  const text = input.value('to');
  if (text === undefined) throw usage('rescue needs --to');
  const tables = input.arguments('table');
  const schemas = input.values('schema');
  if (tables.length + schemas.length === 0) throw usage('rescue needs the name of a table, or --schema');
  for (const table of tables) parseTableName(table);
  const target = parseRestoreTarget(text, {
    now: new Date(context.now()),
    timezone: input.value('timezone'),
  });
  const stanza = await context.stanza();
  const repositoryName = input.value('repo');
  if (repositoryName !== undefined) chooseRepositories(stanza, [repositoryName]);
  const where = input.value('where');
  if (where !== undefined && where.trim() === '') throw usage('--where is empty');
  const intoSchema = input.value('into-schema');
  if (intoSchema !== undefined && (intoSchema === '' || intoSchema.startsWith('pg_')))
    throw usage(`--into-schema ${intoSchema}: PostgreSQL keeps such names for itself`);
  return {
    tables,
    schemas,
    stanza,
    target,
    repositoryName,
    setLabel: input.value('set'),
    timeline: readTimeline(input.value('timeline')),
    database: input.value('database'),
    intoSchema,
    where,
    deleteNew: input.flag('delete-new'),
    triggers: input.value('triggers') === 'on' ? 'on' : 'off',
  };
}

function usage(problem: string): Failure {
  return new Failure('usage', {
    operation: 'read the command line',
    problem,
    hint: "For example: `holdfast rescue orders --to '10 minutes ago'`.",
  });
}
