import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import { describeInstant } from '../describe-target.ts';
import type { EgressCost, RestorePlan, WalPoint } from '../restore-plan.ts';

/**
 * The plan as text for people: first what would be refused, then what would happen, with the plain commands.
 *
 * @returns lines without a trailing newline
 */
export function renderPlan(plan: RestorePlan): string {
  const parts = [
    plan.refusals.length > 0 ? renderFindings('This restore is refused', plan.refusals) : [],
    plan.nearest && plan.nearest.length > 0 ? renderNearest(plan) : [],
    renderFacts(plan),
    plan.warnings.length > 0 ? renderFindings('Worth knowing', plan.warnings) : [],
    ['Why', ...plan.reasons.map((reason) => `  ${reason}`)],
    renderSteps(plan),
    ['Undo', ...plan.undo.map((line) => `  ${line}`)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function renderFindings(title: string, findings: readonly Finding[]): string[] {
  return [
    title,
    ...findings.flatMap((finding) => [
      `  ${finding.problem}`,
      `    ${finding.subject}: ${finding.evidence}`,
      `    ${finding.remedy}`,
    ]),
  ];
}

function renderNearest(plan: RestorePlan): string[] {
  const nearest = plan.nearest ?? [];
  const width = Math.max(...nearest.map((one) => one.options.length));
  return [
    'Nearest that works',
    ...nearest.map((one) => `  ${one.options.padEnd(width)}  ${one.description}`),
  ];
}

function renderFacts(plan: RestorePlan): string[] {
  const rows: [string, string][] = [
    ['Restore', `stanza ${plan.stanza} ${describeMode(plan)}`],
    ['Target', plan.target.description],
    ...pointRow('stops at', plan.target.stop, zoneOf(plan)),
    ...pointRow('ends with', plan.target.lastTransaction, zoneOf(plan)),
    ['Backup set', `${plan.set.label} (${plan.set.type}) from repository ${plan.repository.name}`],
    ['  ended', describeInstant(BigInt(plan.set.stopTime) * 1_000_000n, zoneOf(plan))],
    ['Timeline', String(plan.target.timeline)],
    ['WAL', describeWal(plan)],
    ...plan.wal.missing.slice(0, 5).map((name): [string, string] => ['  missing', name]),
    [
      'Size',
      `${formatByteSize(plan.bytes.cluster)} cluster, ${formatByteSize(plan.bytes.download)} to fetch`,
    ],
    ...(plan.databases === undefined
      ? []
      : [['Databases', `only ${plan.databases.join(', ')}; the size is that of all`] as [string, string]]),
    ['Takes', describeEstimate(plan)],
    ...(plan.egress === undefined ? [] : [['Egress', describeEgress(plan.egress)] as [string, string]]),
    ...(plan.alternatives ?? []).flatMap(({ repository, seconds, egress }): [string, string][] => {
      const known = [
        ...(seconds === undefined ? [] : [`about ${formatElapsed(seconds * 1000)}`]),
        ...(egress === undefined ? [] : [`egress ${describeEgress(egress)}`]),
      ];
      return known.length === 0 ? [] : [['  or', `from ${repository}: ${known.join(', ')}`]];
    }),
    ...plan.disk.map((need): [string, string] => [
      'Disk',
      `${need.path}: needs ${formatByteSize(need.neededBytes)} of ${formatByteSize(need.availableBytes)} free`,
    ]),
    [
      'Versions',
      `pgBackRest ${plan.versions.engine}, PostgreSQL ${plan.versions.postgres}${installed(plan)}`,
    ],
    ...plan.parameters.map((one): [string, string] => [
      'Setting',
      `${one.name} at least ${one.needed}${one.configured === undefined ? '' : `, configured ${one.configured}`}`,
    ]),
    ...plan.tablespaces.map((one): [string, string] => [
      'Tablespace',
      one.from === one.to
        ? `${one.name ?? one.oid}: ${one.to}`
        : `${one.name ?? one.oid}: ${one.from} -> ${one.to}`,
    ]),
    ...plan.links.map((one): [string, string] => [
      'Link',
      `${one.path} -> ${one.destination}: ${one.treatment}`,
    ]),
    ['Server', describeServer(plan)],
    ...(plan.patroni ? [['Patroni', describePatroni(plan.patroni)] as [string, string]] : []),
    ...(plan.directories.aside === undefined
      ? []
      : [['Old data', plan.directories.aside] as [string, string]]),
    ...(plan.directories.salvage === undefined
      ? []
      : [['Salvaged WAL', plan.directories.salvage] as [string, string]]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function describeEstimate({ estimate, repository }: RestorePlan): string {
  if (estimate === undefined)
    return `not known: nothing was restored from ${repository.name} yet; a drill would tell`;
  const time = (seconds: number): string => formatElapsed(seconds * 1000);
  const { seconds, lowSeconds, highSeconds, samples, replayKnown } = estimate;
  const from = samples === 1 ? 'one restore' : `${samples} restores`;
  const without = replayKnown ? '' : '; how long the WAL takes is not known and comes on top';
  return `about ${time(seconds)} (${time(lowSeconds)} to ${time(highSeconds)}), by ${from} from ${repository.name}${without}`;
}

function describeEgress({ amount, currency, perGigabyte, source, remark }: EgressCost): string {
  const price = `${perGigabyte} ${currency} a GB, ${source}`;
  return `${amount.toFixed(2)} ${currency} (${price}${remark === undefined ? '' : `; ${remark}`})`;
}

function describeMode(plan: RestorePlan): string {
  const { data } = plan.directories;
  if (plan.mode === 'into') return `into ${data}, beside production; it never archives`;
  if (plan.mode === 'delta') return `over ${data}, after a copy of it`;
  return `in ${data}; the old directory is kept`;
}

function pointRow(name: string, point: WalPoint | undefined, zone: string): [string, string][] {
  if (!point) return [];
  const instant = describeInstant(readIso(point.time), zone);
  const what = point.xid === 0 ? `position ${point.lsn}` : `transaction ${point.xid} at ${point.lsn}`;
  return [[`  ${name}`, `${what}, ${instant}`]];
}

/** Microseconds of what formatIso wrote. */
function readIso(text: string): bigint {
  const seconds = BigInt(Date.parse(`${text.slice(0, 19)}Z`)) / 1000n;
  return seconds * 1_000_000n + BigInt(text.slice(20, 26));
}

function describeWal(plan: RestorePlan): string {
  const { first, last, segmentCount, storedBytes, missing, localOnly } = plan.wal;
  const range = last === undefined ? `${first} to the end` : first === last ? first : `${first} to ${last}`;
  const state = missing.length > 0 ? `${missing.length} missing` : 'all there';
  const local = localOnly.length === 0 ? '' : `, ${localOnly.length} only in pg_wal and salvaged`;
  return `${range}: ${segmentCount} segments, ${formatByteSize(storedBytes)} stored, ${state}${local}`;
}

function describeServer(plan: RestorePlan): string {
  const { running, pid, port } = plan.server;
  if (plan.mode === 'into') return `a new one on port ${port}; production keeps running`;
  return running ? `runs (pid ${pid ?? 'unknown'}), will be stopped` : 'does not run';
}

function describePatroni({ url, role, problem, cluster }: NonNullable<RestorePlan['patroni']>): string {
  if (cluster !== undefined) {
    const names = cluster.others.map(({ name }) => name).join(', ');
    const others = names === '' ? 'it is the only member' : `${names} made anew from it`;
    return `${cluster.scope}: ${cluster.name} (${url}) is restored, ${others}`;
  }
  return role === undefined
    ? `${url} did not answer: ${problem ?? 'no reason'}`
    : `${url} answers as ${role}`;
}

function installed(plan: RestorePlan): string {
  return plan.versions.installed === undefined ? '' : ` (installed: ${plan.versions.installed})`;
}

function renderSteps(plan: RestorePlan): string[] {
  const lines = plan.steps.flatMap((step, index) => [
    `  ${String(index + 1).padStart(2)}. ${step.title}`,
    ...step.commands.map((command) => `        ${command}`),
  ]);
  return ['Steps', ...lines];
}

function zoneOf(plan: RestorePlan): string {
  return plan.target.target.kind === 'time' ? plan.target.target.zone : 'UTC';
}
