import { formatElapsed } from '../../model/duration.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import { formatLsn } from '../../model/wal.ts';
import { describeTarget } from '../../recovery/describe-target.ts';
import type { Commit } from '../../recovery/find/commit-list.ts';
import type { FindProgress, FindRequest, FoundMoment } from '../../recovery/find/find-moment.ts';
import { formatIso } from '../../recovery/format-instant.ts';
import { listFacts } from './list-facts.ts';

/** One line while the WAL is read. */
export function listProgress(done: number, total: number): string {
  return `  reading commits: segment ${done + 1} of ${total}`;
}

/** One line for each look. */
export function lookProgress({ look, left, good, bad, expectedMs }: FindProgress): string {
  const range = [good, bad].map((commit) => (commit === undefined ? '…' : formatIso(commit.time)));
  return `  look ${look}: ${left} commits left, ${range.join(' to ')}, about ${formatElapsed(expectedMs)} to go`;
}

/** What was found, for people. */
export function describeFound(request: FindRequest, found: FoundMoment, elapsedMs: number): string {
  const { measured } = found;
  const facts = listFacts([
    ['last good', found.good === undefined ? describeTarget(request.from) : describeCommit(found.good)],
    ['first bad', found.bad === undefined ? 'none: it is still true at the end' : describeCommit(found.bad)],
    ...(found.bad === undefined && found.last !== undefined
      ? ([['end', describeCommit(found.last)]] as const)
      : []),
    [
      'searched',
      `${found.commits} commits in ${formatElapsed(elapsedMs)}: ${measured.looks} looks, ${measured.restores} ${measured.restores === 1 ? 'restore' : 'restores'}, repository ${found.repository}, timeline ${found.timeline}`,
    ],
  ]);
  const notes = notesOf(request, found).map((note) => `note: ${note}\n`);
  const commands = commandsOf(request, found).map(({ command, does }) => `  ${command}\n      ${does}\n`);
  return `${facts}\n${notes.join('')}${commands.length === 0 ? '' : `What can be done now:\n${commands.join('')}`}`;
}

function describeCommit({ xid, time, lsn }: Commit): string {
  return `${xid === 0 ? 'a commit without a transaction id' : `transaction ${xid}`}, ${formatIso(time)}, ${formatLsn(lsn)}`;
}

/** What was found, for `--json`. */
export function documentFound(
  request: FindRequest,
  found: FoundMoment,
  elapsedMs: number,
): Readonly<Record<string, unknown>> {
  return {
    stanza: request.stanza,
    repository: found.repository,
    timeline: found.timeline,
    lastGood: documentCommit(found.good),
    firstBad: documentCommit(found.bad),
    suspects: found.suspects.map(documentCommit),
    commits: found.commits,
    complete: found.complete,
    notes: notesOf(request, found),
    commands: commandsOf(request, found).map(({ command }) => command),
    measured: Object.fromEntries(
      Object.entries({ elapsedMs, ...found.measured }).map(([name, value]) => [name, Math.round(value)]),
    ),
  };
}

function documentCommit(commit: Commit | undefined): Readonly<Record<string, unknown>> | null {
  if (commit === undefined) return null;
  return {
    xid: commit.xid === 0 ? null : commit.xid,
    time: formatIso(commit.time),
    lsn: formatLsn(commit.lsn),
    endLsn: formatLsn(commit.endLsn),
  };
}

function notesOf(request: FindRequest, found: FoundMoment): string[] {
  const { suspects } = found;
  return [
    ...(suspects.length > 1
      ? [
          `one of ${suspects.length} commits did it, ${suspects.map(({ xid }) => xid).join(', ')}: in between the probe waits for a lock`,
        ]
      : []),
    ...(found.complete
      ? []
      : [`the WAL ends before ${describeTarget(request.until)}: what came later was not searched`]),
    ...(found.isArchived
      ? []
      : [
          'the bad commit is in WAL that is not archived yet: run SELECT pg_switch_wal() on production before a clone or a copy is made of it',
        ]),
  ];
}

/**
 * What to type next. A position includes the record that begins there, so that the one of the last good commit is the
 * state right before the bad one, whatever the clocks and the order of the transactions' numbers say.
 */
function commandsOf(
  { stanza, probe }: FindRequest,
  found: FoundMoment,
): { readonly command: string; readonly does: string }[] {
  if (found.bad === undefined || found.good === undefined) return [];
  const common = ['--stanza', stanza, '--repo', found.repository].map(quoteForShell).join(' ');
  const options = `--to lsn:${formatLsn(found.good.lsn)} --timeline ${found.timeline} ${common}`;
  return [
    {
      command: `holdfast clone ${options}`,
      does: 'a running copy of the moment before, to look things up in',
    },
    {
      command: `holdfast rescue TABLE --database ${quoteForShell(probe.database)} ${options}`,
      does: 'what a table had then, as a change of the live one that you review',
    },
    {
      command: `holdfast restore ${options} --plan`,
      does: 'what it would take to go back to it; without --plan it is done',
    },
  ];
}
