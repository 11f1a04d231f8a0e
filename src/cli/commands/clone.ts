import { connectionString, type CopyRecord, networkConnectionStrings } from '../../model/copy.ts';
import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import type { CopyDependencies } from '../../recovery/copy/copy-deps.ts';
import { dropCopy } from '../../recovery/copy/drop-copy.ts';
import { systemDatabases } from '../../recovery/copy/drop-zeroed-databases.ts';
import { type CopyRequest, makeCopy, planCopy } from '../../recovery/copy/make-copy.ts';
import { parseRestoreTarget } from '../../recovery/parse-target.ts';
import { renderPlan } from '../../recovery/plan/render-plan.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { copyDependencies, sweepAndTell } from '../copy-deps.ts';
import { describeCopy } from '../output/copy-report.ts';
import { openProgressLine } from '../output/progress-line.ts';
import { outcomeToJson, showRestoreEvent } from '../output/restore-report.ts';
import { planFailure } from '../../recovery/plan/plan-failure.ts';
import { recordRun } from '../record-run.ts';
import { readNetwork } from '../read-network.ts';
import { readPort, readTimeline } from '../restore-options.ts';

/** `holdfast clone --to …` and `holdfast clone drop NAME`. */
export const run: CommandModule['run'] = async (input, context) => {
  using progress = openProgressLine(context.terminal, () => performance.now());
  const deps = await copyDependencies(context, (event) =>
    showRestoreEvent(event, context.terminal, progress),
  );
  if (input.argument('action') === 'drop') return drop(input, context, deps);
  if (input.argument('copy') !== undefined) throw usage('a name goes with `drop`; a new clone takes --name');
  const request = await readRequest(input, context);
  if (!input.flag('plan')) await sweepAndTell(context, deps);
  const planned = await planCopy(request, deps);
  const { plan } = planned;
  if (plan.refusals.length > 0) {
    if (!context.globals.json) context.terminal.printNote(renderPlan(plan));
    throw planFailure(plan);
  }
  if (input.flag('plan')) return { data: { plan }, text: `${renderPlan(plan)}\n`, exitCode: 0 };
  const { record, outcome } = await makeCopy(planned, deps);
  return {
    data: { copy: documentCopy(record), outcome: outcomeToJson(outcome) },
    text: describeCopy(record),
    exitCode: findingsExitCode(outcome.findings.filter(({ severity }) => severity !== 'advice')),
  };
};

async function readRequest(input: CommandInput, context: CommandContext): Promise<CopyRequest> {
  const text = input.value('to');
  if (text === undefined) throw usage('clone needs --to, or drop and a name');
  const now = context.now();
  const stanza = await context.stanza();
  const repositoryName = input.value('repo');
  if (repositoryName !== undefined) chooseRepositories(stanza, [repositoryName]);
  return {
    purpose: 'clone',
    stanza: stanza.name,
    target: parseRestoreTarget(text, { now: new Date(now), timezone: input.value('timezone') }),
    repositoryName,
    setLabel: input.value('set'),
    timeline: readTimeline(input.value('timeline')),
    name: readName(input.value('name')),
    ttlMs: readTtl(input.value('ttl')),
    port: readPort(input.value('port')),
    databases: readDatabases(input.values('database')),
    network: readNetwork(input.values('listen'), input.values('allow')),
  };
}

function readName(name: string | undefined): string | undefined {
  if (name === undefined || /^[a-zA-Z][\w-]{0,62}$/.test(name)) return name;
  throw usage(`--name ${name}: a name begins with a letter and has letters, digits, _ and -`);
}

/** The engine refuses the databases that it restores in any case. */
function readDatabases(names: readonly string[]): readonly string[] | undefined {
  const system = names.find((name) => (systemDatabases as readonly string[]).includes(name));
  if (system !== undefined) throw usage(`--database ${system}: it is always restored`);
  return names.length === 0 ? undefined : [...new Set(names)];
}

function readTtl(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0) return seconds * 1000;
  throw usage(`--ttl ${text} is no duration such as 30m, 4h or 2d`);
}

async function drop(
  input: CommandInput,
  context: CommandContext,
  deps: CopyDependencies,
): Promise<CommandResult> {
  const wanted = input.argument('copy');
  if (wanted === undefined) throw usage('drop needs the name or id of a copy');
  const copy = findCopy(wanted, deps);
  await recordRun(context, { kind: 'drop', stanza: copy.stanza }, async () => {
    await dropCopy(copy, deps);
    const { id, name, restoreId, target, place } = copy;
    return { value: undefined, facts: { copy: id, name: name ?? null, restoreId, target, place } };
  });
  return { data: { dropped: copy.id }, text: `dropped ${copy.name ?? copy.id}: nothing of it is left\n` };
}

/** By its name, its id, or an end of the id that only one has. */
function findCopy(wanted: string, { journal }: CopyDependencies): CopyRecord {
  const copies = journal.copies.list();
  const exact = copies.filter(({ id, name }) => id === wanted || name === wanted);
  const found = exact.length > 0 ? exact : copies.filter(({ id }) => id.endsWith(wanted));
  const [copy, second] = found;
  if (copy !== undefined && second === undefined) return copy;
  throw new Failure('nothing-found', {
    operation: 'find the copy',
    problem: copy === undefined ? `there is no copy ${wanted}` : `several copies fit ${wanted}`,
    hint: 'Run `holdfast clones` to see them.',
  });
}

/** A copy for `--json`. Times are ISO texts. */
export function documentCopy(copy: CopyRecord): Readonly<Record<string, unknown>> {
  const { id, name, purpose, stanza, state, target, repository, set, dataDirectory, port } = copy;
  return {
    id,
    name: name ?? null,
    purpose,
    stanza,
    state,
    target,
    repository,
    set,
    dataDirectory,
    port,
    socketDirectory: copy.socketDirectory,
    owner: copy.owner,
    connection: connectionString(copy),
    network:
      copy.network === undefined ? null : { ...copy.network, connections: networkConnectionStrings(copy) },
    createdAt: new Date(copy.createdAt).toISOString(),
    expiresAt: copy.expiresAt === undefined ? null : new Date(copy.expiresAt).toISOString(),
    restore: copy.restoreId,
  };
}

function usage(problem: string): Failure {
  return new Failure('usage', {
    operation: 'read the command line',
    problem,
    hint: "For a copy: `holdfast clone --to '10 minutes ago' --name NAME`. To take it away: `holdfast clone drop NAME`.",
  });
}
