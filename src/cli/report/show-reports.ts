import { resolve } from 'node:path';
import { createFiles } from '../../config/create-files.ts';
import { Failure } from '../../model/failure.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { DrillDocument } from '../../report/drill-document.ts';
import { type DrillTrend, followTrends, sparkline } from '../../report/follow-trends.ts';
import { formatMeasure, type Measure, measureNames, measures } from '../../report/format-measures.ts';
import { ensureSigningKey } from '../../report/key-files.ts';
import { readStored, renderStoredPage } from '../../report/report-drill.ts';
import { reportFiles } from '../../report/report-files.ts';
import { signReport } from '../../report/report-key.ts';
import type { StoredReport } from '../../store/report-memory.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { formatTable } from '../output/format-table.ts';
import { listFacts } from '../output/list-facts.ts';
import { printable } from '../output/printable.ts';

/** `holdfast report`: the latest drills. */
export async function listReports(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const documents = await latest(input, context);
  const { stateDirectory } = await context.configuration();
  const reports = documents.map(({ stored, document }) => ({
    ...summary(document),
    sha256: stored.sha256,
    key: stored.key,
    files: reportFiles(stateDirectory, stored.id),
  }));
  return {
    data: { reports },
    text:
      reports.length === 0
        ? 'there are no reports: nothing was drilled yet\n'
        : table(documents.map(({ document }) => document)),
  };
}

/** `holdfast report show ID`. */
export async function showReport(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const [id = ''] = input.arguments('subject');
  const journal = await context.journal();
  const stored = journal.reports.read(id) ?? (await findByPart(id, context));
  const document = readStored(stored);
  const { stateDirectory } = await context.configuration();
  const files = reportFiles(stateDirectory, stored.id);
  const html = input.value('html');
  const page = html === undefined ? undefined : await writePage(resolve(html), stored, context);
  return {
    data: {
      report: document,
      sha256: stored.sha256,
      signature: stored.signature,
      key: stored.key,
      files,
      page: page ?? null,
    },
    text: page === undefined ? describe(document, files.json) : `wrote ${page}\nwrote ${page}.sig\n`,
  };
}

/** `holdfast report trends`. */
export async function showTrends(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const documents = (await latest(input, context)).map(({ document }) => document).toReversed();
  const trends = followTrends(documents);
  return {
    data: { trends },
    text:
      trends.length === 0
        ? 'there are no reports: nothing was drilled yet\n'
        : trends.map(describeTrend).join('\n'),
  };
}

async function latest(
  input: CommandInput,
  context: CommandContext,
): Promise<readonly { readonly stored: StoredReport; readonly document: DrillDocument }[]> {
  const text = input.value('limit') ?? '20';
  const limit = Number(text);
  if (!/^\d{1,6}$/.test(text) || limit === 0) {
    throw new Failure('usage', {
      operation: 'read --limit',
      problem: `${JSON.stringify(text)} is not a number from 1 to 999999`,
      hint: 'Write it as --limit 50.',
    });
  }
  const journal = await context.journal();
  return journal.reports
    .list({ stanza: context.globals.stanza, limit })
    .map((stored) => ({ stored, document: readStored(stored) }));
}

/** The only report whose id begins or ends so. @throws Failure nothing-found, usage */
async function findByPart(part: string, context: CommandContext): Promise<StoredReport> {
  const journal = await context.journal();
  const found = journal.reports.list().filter(({ id }) => id.startsWith(part) || id.endsWith(part));
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  throw new Failure(second === undefined ? 'nothing-found' : 'usage', {
    operation: 'find the report of a drill',
    place: journal.file,
    problem: second === undefined ? `there is no report ${part}` : `${part} fits ${found.length} reports`,
    hint: "Run 'holdfast report' to list them.",
  });
}

/** Written anew, so that what is handed on is not what somebody may have changed; nothing is overwritten. */
async function writePage(path: string, stored: StoredReport, context: CommandContext): Promise<string> {
  const [journal, configuration, owner] = [
    await context.journal(),
    await context.configuration(),
    await context.stepDown(),
  ];
  const { key } = await ensureSigningKey({
    stateDirectory: configuration.stateDirectory,
    owner,
    now: () => context.now(),
  });
  const html = renderStoredPage(stored, journal, key);
  const files = [
    { path, content: html },
    { path: `${path}.sig`, content: signReport(html, key.privateKey) },
  ];
  await createFiles(
    files.map((file) => ({ ...file, mode: 0o644, owner: undefined })),
    { operation: 'write the page of a report' },
  );
  return path;
}

function summary({ drill, sequence }: DrillDocument): Record<string, unknown> {
  const { id, stanza, repository, set, target, startedAt, endedAt, result, problems, measured } = drill;
  return {
    sequence,
    id,
    stanza,
    repository,
    set: set.label,
    target,
    startedAt,
    endedAt,
    result,
    problems,
    measured,
  };
}

function table(documents: readonly DrillDocument[]): string {
  return formatTable(
    [
      { title: 'drill' },
      { title: 'stanza' },
      { title: 'repository' },
      { title: 'set' },
      { title: 'ended' },
      { title: 'result' },
      { title: 'RTO', align: 'right' },
      { title: 'RPO', align: 'right' },
    ],
    documents.map(({ drill }) => [
      drill.id,
      drill.stanza,
      drill.repository || '-',
      drill.set.label || '-',
      drill.endedAt.slice(0, 16).replace('T', ' '),
      drill.result === 'passed' ? 'passed' : drill.result.toUpperCase(),
      shown('rtoSeconds', drill.measured.rtoSeconds),
      shown('rpoSeconds', drill.measured.rpoSeconds),
    ]),
  );
}

function describe(document: DrillDocument, file: string): string {
  const { drill, actor, cause, key, sequence } = document;
  const facts = listFacts([
    ['drill', `${drill.id}, report number ${sequence}`],
    ['result', drill.result],
    ...drill.problems.map((problem): [string, string] => ['problem', problem]),
    ['stanza', `${drill.stanza} in ${drill.repository || 'no repository'}`],
    ['set', drill.set.label || 'none was chosen'],
    ['target', `${drill.target.asked}: ${drill.target.resolved}`],
    ['who', `${actor.user} on ${actor.host} (${cause})`],
    ['begun', drill.startedAt],
    ['ended', drill.endedAt],
    ...measures.map((name): [string, string] => [measureNames[name], shown(name, drill.measured[name])]),
    ['signed by', key],
    ['file', file],
  ]);
  const phases = formatTable(
    [{ title: 'phase' }, { title: 'time', align: 'right' }],
    drill.phases.map(({ phase, elapsedMs }) => [phase, formatElapsed(elapsedMs)]),
  );
  const checks = formatTable(
    [{ title: 'check' }, { title: 'result' }, { title: 'what was seen' }],
    drill.checks.map(({ check, result, detail }) => [check, result === 'failed' ? 'FAILED' : result, detail]),
  );
  return [facts, phases, checks].filter((part) => part !== '').join('\n');
}

function describeTrend({ stanza, repository, drills }: DrillTrend): string {
  const rows = formatTable(
    [
      { title: 'ended' },
      { title: 'result' },
      { title: 'checks', align: 'right' },
      ...measures.map((name) => ({ title: measureNames[name], align: 'right' as const })),
    ],
    drills.map(({ endedAt, result, checks, measured }) => [
      endedAt.slice(0, 16).replace('T', ' '),
      result === 'passed' ? 'passed' : result.toUpperCase(),
      `${checks.passed}/${checks.passed + checks.failed + checks.notDone}`,
      ...measures.map((name) => shown(name, measured[name])),
    ]),
  );
  const lines = measures.flatMap((name) => {
    const values = drills.map(({ measured }) => measured[name]);
    const known = values.flatMap((value) => value ?? []);
    if (known.length < 2) return [];
    const range = `${formatMeasure(name, Math.min(...known))} to ${formatMeasure(name, Math.max(...known))}`;
    return [[measureNames[name], sparkline(values), range]];
  });
  const pictures = formatTable(
    [{ title: 'measure' }, { title: 'drill by drill' }, { title: 'range' }],
    lines,
  );
  return [
    `stanza ${printable(stanza)}, repository ${printable(repository) || '-'}`,
    rows + (pictures && `\n${pictures}`),
  ].join('\n');
}

function shown(name: Measure, value: number | null): string {
  return value === null ? '-' : formatMeasure(name, value);
}
