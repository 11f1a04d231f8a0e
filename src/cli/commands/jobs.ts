import { askDaemon, unreachable } from '../../daemon/control-client.ts';
import type { DaemonStatus, StatusJob } from '../../daemon/describe-status.ts';
import { formatElapsed } from '../../model/duration.ts';
import { jobKinds } from '../../model/job.ts';
import type { RunRecord } from '../../store/journal.ts';
import type { CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { requireDaemon } from '../find-daemon.ts';
import { formatTable } from '../output/format-table.ts';
import { formatUtc } from '../output/format-time.ts';
import { listFacts } from '../output/list-facts.ts';

/** How many of the latest runs are shown. */
const recentRuns = 5;

/** `holdfast jobs`. */
export const run: CommandModule['run'] = async (input, context) => {
  const job = input.value('cancel');
  const { socket, status } = await requireDaemon(context);
  if (job !== undefined) return cancel(socket, job);
  const recent = await readRecent(context);
  return {
    data: { ...status, recent: recent.map(describeRun) },
    text: describe(status, recent, context.now()),
  };
};

async function cancel(socket: string, job: string): Promise<CommandResult> {
  const answer = await askDaemon(socket, { ask: 'cancel', runId: job }, 'done', 10_000);
  if (answer === undefined) throw unreachable(socket, 'it ended while it was asked');
  return { data: { cancelled: job }, text: `${answer.note}\n` };
}

async function readRecent(context: CommandContext): Promise<readonly RunRecord[]> {
  const kinds: readonly string[] = jobKinds;
  const wanted = context.globals.stanza;
  return (await context.journal())
    .listRuns({ stanza: wanted, limit: 50 })
    .filter((record) => kinds.includes(record.kind) && record.result !== 'running')
    .slice(0, recentRuns);
}

function describeRun({ id, kind, stanza, repository, label, result, endedAt }: RunRecord): object {
  const ended = endedAt === undefined ? undefined : new Date(endedAt).toISOString();
  return { run: id, kind, stanza, repository, label, result, endedAt: ended };
}

function describe(status: DaemonStatus, recent: readonly RunRecord[], now: number): string {
  const { configuration, stopping, holds } = status;
  const { refused } = configuration;
  const head = listFacts([
    ['daemon', `pid ${status.pid}, since ${status.startedAt}${stopping ? ', stopping' : ''}`],
    ['configuration', `${configuration.file}, read ${configuration.loadedAt}`],
    ['refused', refused && `${refused.problem} (${refused.at})`],
    ...holds.map(
      ({ stanza, why, granted }) =>
        ['held', `${stanza}: ${why}${granted ? '' : ' (waits for what runs)'}`] as const,
    ),
  ]);
  const jobs = [...status.running, ...status.waiting];
  const parts = [head, jobs.length === 0 ? 'nothing runs or waits\n' : jobTable(status, now)];
  if (recent.length > 0) parts.push(recentTable(recent));
  return parts.join('\n');
}

function jobTable({ running, waiting }: DaemonStatus, now: number): string {
  const row = (job: StatusJob, state: string, doing: string): string[] => [
    String(job.id),
    state,
    job.backupType === undefined ? job.kind : `${job.backupType} ${job.kind}`,
    job.stanza,
    job.repository ?? '-',
    formatElapsed(now - Date.parse(job.since)),
    job.by,
    job.run ?? '-',
    doing,
  ];
  return formatTable(
    [
      { title: 'job' },
      { title: 'state' },
      { title: 'work' },
      { title: 'stanza' },
      { title: 'repository' },
      { title: 'for', align: 'right' },
      { title: 'by' },
      { title: 'run' },
      { title: 'progress' },
    ],
    [
      ...running.map((job) => row(job, 'running', job.progress ?? job.note ?? '-')),
      ...waiting.map((job) => row(job, job.held ? 'held' : 'waiting', '-')),
    ],
  );
}

function recentTable(recent: readonly RunRecord[]): string {
  return formatTable(
    [
      { title: 'latest runs' },
      { title: 'ended' },
      { title: 'result' },
      { title: 'stanza' },
      { title: 'repository' },
      { title: 'label' },
    ],
    recent.map((record) => [
      record.id,
      record.endedAt === undefined ? '-' : formatUtc(record.endedAt),
      record.result,
      record.stanza ?? '-',
      record.repository ?? '-',
      record.label ?? '-',
    ]),
  );
}
