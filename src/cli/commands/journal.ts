import { Failure } from '../../model/failure.ts';
import { type RunKind, runKinds, type RunRecord, type RunResult } from '../../store/journal.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import { describeLoss } from '../../model/incident.ts';
import type { CommandContext } from '../context.ts';
import { printRunLog } from '../journal/print-run-log.ts';
import { readSince } from '../journal/read-since.ts';
import { rebuildTheJournal } from '../journal/rebuild-the-journal.ts';
import { type LiveRun, lookAtRun } from '../journal/run-state.ts';
import { verifyJournal } from '../journal/verify-journal.ts';
import { incidentTable } from '../output/incident-table.ts';
import { auditTable, describeRun, runTable } from '../output/describe-runs.ts';

const results: readonly RunResult[] = ['running', 'ok', 'failed', 'interrupted'];

/** `holdfast journal [ID]`. */
export const run: CommandModule['run'] = async (input, context) => {
  refuseMixture(input);
  if (input.flag('verify')) return verifyJournal(context);
  if (input.flag('rebuild')) return rebuildTheJournal(context);
  if (input.flag('audit')) return listAudit(input, context);
  if (input.flag('incidents')) return listIncidents(input, context);
  const id = input.argument('id');
  if (id === undefined) return listRuns(input, context);
  const record = await findRun(id, context);
  if (input.flag('log')) return printRunLog(record, { follow: input.flag('follow') }, context);
  const journal = await context.journal();
  const steps = journal.stepsOf(record.id);
  const live = lookAtRun(record, journal, context.now());
  return { data: { run: toJson(live), steps }, text: describeRun(live, steps) };
};

async function listRuns(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const journal = await context.journal();
  const since = input.value('since');
  const runs = journal
    .listRuns({
      stanza: context.globals.stanza,
      kind: runKinds.find((kind: RunKind) => kind === input.value('kind')),
      result: results.find((result) => result === input.value('result')),
      since: since === undefined ? undefined : readSince(since, context.now()),
      limit: readLimit(input.value('limit')),
    })
    .map((record) => lookAtRun(record, journal, context.now()));
  const asked = ['kind', 'result', 'since'].some((name) => input.value(name) !== undefined);
  const nothing = asked || context.globals.stanza !== undefined ? 'no such run\n' : 'the journal is empty\n';
  return { data: { runs: runs.map(toJson) }, text: runs.length === 0 ? nothing : runTable(runs) };
}

async function listAudit(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { audit } = await context.journal();
  const entries = audit.list({ stanza: context.globals.stanza, limit: readLimit(input.value('limit')) });
  return {
    data: { entries, head: audit.head() },
    text: entries.length === 0 ? 'the audit trail is empty\n' : auditTable(entries),
  };
}

async function listIncidents(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { incidents } = await context.journal();
  const since = input.value('since');
  const found = incidents.list({
    stanza: context.globals.stanza,
    since: since === undefined ? undefined : readSince(since, context.now()),
    limit: readLimit(input.value('limit')),
  });
  return {
    data: { incidents: found.map((incident) => ({ ...incident, loss: describeLoss(incident) })) },
    text: found.length === 0 ? 'no WAL was lost that this journal knows of\n' : incidentTable(found),
  };
}

async function findRun(id: string, context: CommandContext): Promise<RunRecord> {
  const journal = await context.journal();
  const record = journal.findRun(id);
  if (record !== undefined) return record;
  throw new Failure('nothing-found', {
    operation: 'look into the journal',
    place: journal.file,
    problem: `there is no run ${id}`,
    hint: "Run 'holdfast journal' to list the runs.",
  });
}

function toJson({ record, abandoned, silent, beat }: LiveRun): Record<string, unknown> {
  return { ...record, abandoned, silent, lastBeat: beat };
}

/** One call does one thing. */
function refuseMixture(input: CommandInput): void {
  const given = ['verify', 'rebuild', 'audit', 'incidents', 'log'].filter((name) => input.flag(name));
  const id = input.argument('id');
  const problem =
    given.length > 1
      ? `--${given.join(' and --')} do not go together`
      : given[0] === 'log' && id === undefined
        ? '--log needs the id of a run'
        : id !== undefined && given[0] !== undefined && given[0] !== 'log'
          ? `--${given[0]} is about the whole journal, not about one run`
          : input.flag('follow') && given[0] !== 'log'
            ? '--follow goes with --log'
            : describeUseless(input, given[0]);
  if (problem === undefined) return;
  throw new Failure('usage', {
    operation: 'read the options of journal',
    problem,
    hint: 'See `holdfast journal --help`.',
  });
}

/** What would choose nothing: an answer that ignores it would be taken for one that does not. */
function describeUseless(input: CommandInput, does: string | undefined): string | undefined {
  if (does === undefined && input.argument('id') === undefined) return undefined;
  const choosers =
    does === 'audit'
      ? ['kind', 'result', 'since']
      : does === 'incidents'
        ? ['kind', 'result']
        : ['kind', 'result', 'since', 'limit'];
  const useless = choosers.find((name) => input.value(name) !== undefined);
  if (useless === undefined) return undefined;
  return `--${useless} chooses among runs and does not go with ${does === undefined ? 'the id of one' : `--${does}`}`;
}

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
