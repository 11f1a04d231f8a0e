import { isPresent } from '../../model/finding.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import type {
  FindingDocument,
  HealthDocument,
  RepositoryHealth,
  StanzaHealth,
} from '../../status/describe-health.ts';
import type { ObjectiveDocument } from '../../status/describe-objectives.ts';
import { printable } from '../output/printable.ts';

/** How everything is, for people: the verdict, each stanza, then every finding with since when and what to do. */
export function renderStatus(health: HealthDocument, from: 'daemon' | 'command'): string {
  const now = Date.parse(health.timestamp);
  const looked = from === 'daemon' ? 'as the daemon knows it' : 'looked at now, without a daemon';
  const lines = [
    `${health.status.toUpperCase()}  ${countFindings(health.findings.filter(isPresent))} (${looked}, ${shortTime(health.timestamp)})`,
    ...health.stanzas.flatMap((stanza) => ['', ...renderStanza(stanza, now)]),
    ...health.findings.flatMap((finding) => ['', ...renderFinding(finding, now)]),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** `1 critical, 2 warnings`. */
export function countFindings(findings: readonly Pick<FindingDocument, 'severity'>[]): string {
  const count = (severity: FindingDocument['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    [count('critical'), 'critical'],
    [count('warning'), count('warning') === 1 ? 'warning' : 'warnings'],
    [count('advice'), 'advice'],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, name]) => `${number} ${name}`);
  return said.length === 0 ? 'nothing is wrong' : said.join(', ');
}

function renderStanza({ name, primary, repositories, objectives }: StanzaHealth, now: number): string[] {
  return [
    `stanza ${name}`,
    ...(primary.known
      ? [
          `  primary        ${primary.host ?? 'this host'}, timeline ${primary.timeline}, at ${primary.position}${rate(primary.walBytesPerSecond)} (seen ${ago(primary.observedAt, now)})`,
        ]
      : [`  primary        unknown: ${primary.unknownBecause}`]),
    ...repositories.flatMap((repository) => renderRepository(repository, now)),
    ...objectives.map(
      (objective) => `  ${objective.objective.padEnd(13)}  ${describeObjective(objective, now)}`,
    ),
  ];
}

function rate(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? '' : `, ${formatByteSize(Math.round(bytesPerSecond))}/s of WAL`;
}

function renderRepository(repository: RepositoryHealth, now: number): string[] {
  const { name, known, unknownBecause, newest, newestAgeSeconds, observedAt } = repository;
  const sets = !known
    ? `unknown: ${unknownBecause}`
    : newestAgeSeconds === null
      ? `no backup (seen ${ago(observedAt, now)})`
      : `last backup ${newest.map(({ type, ageSeconds }) => `${type} ${elapsed(ageSeconds)} ago`).join(', ')} (seen ${ago(observedAt, now)})`;
  return [`  repository ${name}`, `    sets         ${sets}`, ...renderArchive(repository, now)];
}

function renderArchive({ archive, position }: RepositoryHealth, now: number): string[] {
  if (archive === null) return [];
  const { windows, unknown, observedAt } = archive;
  if (unknown !== undefined) return [`    WAL          unknown: ${unknown}`];
  if (windows === undefined)
    return ["    WAL          production's timeline is not known, so no window can be told"];
  const { claimed, contiguous, holes, proven } = windows;
  const last = proven.at(-1);
  const span = (window: (typeof contiguous)[number]): string =>
    `${window.set} to ${window.to.time === undefined ? (window.to.segment ?? 'its own end') : shortTime(window.to.time)}`;
  return [
    `    claimed      ${claimed === undefined ? 'nothing' : span(claimed)}`,
    ...(contiguous.length === 0 ? ['    contiguous   nothing'] : []),
    ...contiguous.map((window) => `    contiguous   ${span(window)}`),
    ...holes
      .filter(({ why }) => why === 'lost')
      .map(({ first, last: end, segments }) => `    hole         ${first} to ${end}, ${segments} segments`),
    `    proven       ${last === undefined ? 'never' : `${last.set}${last.at === undefined ? '' : `, ${ago(last.at, now)}`}`}`,
    `    position     ${describePosition(position)} (seen ${ago(observedAt ?? null, now)})`,
  ];
}

function describePosition({
  known,
  unknownBecause,
  state,
  behindBytes,
  behindSeconds,
  restorableUntil,
}: RepositoryHealth['position']): string {
  if (!known) return `unknown: ${unknownBecause}`;
  const until = restorableUntil === null ? '' : `, restorable until ${shortTime(restorableUntil)}`;
  if (behindBytes === null || behindBytes === 0) return `${state}${until}`;
  const since = behindSeconds === null ? '' : ` for ${elapsed(behindSeconds)}`;
  return `${state}, ${formatByteSize(behindBytes)} not there${since}${until}`;
}

function describeObjective(
  { repository, limitSeconds, measuredSeconds, measuredAt, kept }: ObjectiveDocument,
  now: number,
): string {
  const verdict = kept === null ? 'UNKNOWN' : kept ? 'kept' : 'MISSED';
  const where = repository === null ? '' : `${repository}: `;
  const measured =
    measuredSeconds === null
      ? 'not measured'
      : `measured ${elapsed(measuredSeconds)} (${ago(measuredAt, now)})`;
  return `${where}${verdict}, ${measured}, objective ${elapsed(limitSeconds)}`;
}

function renderFinding(finding: FindingDocument, now: number): string[] {
  const { severity, subject, problem, rule, evidence, remedy, since, unseenBecause, isAway } = finding;
  const present = isAway ? 'it is not there' : 'nobody can see whether it is still there';
  return [
    `${severity.toUpperCase()}  ${subject}: ${problem} [${rule}]`,
    `    since: ${shortTime(since)}, ${ago(since, now)}`,
    `    seen:  ${evidence}`,
    ...(unseenBecause === null ? [] : [`    now:   ${present}: ${unseenBecause}`]),
    `    do:    ${remedy}`,
  ];
}

function elapsed(seconds: number): string {
  return formatElapsed(seconds * 1000);
}

function ago(time: string | null, now: number): string {
  return time === null ? 'never' : `${formatElapsed(Math.max(0, now - Date.parse(time)))} ago`;
}

function shortTime(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')}Z`;
}
