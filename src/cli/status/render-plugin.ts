import type { Failure } from '../../model/failure.ts';
import { isPresent } from '../../model/finding.ts';
import type { HealthStatus } from '../../status/assess.ts';
import type { HealthDocument, RepositoryHealth, StanzaHealth } from '../../status/describe-health.ts';
import { countFindings } from './render-status.ts';

/** What fits before those who cut long output (Consul at 4 KB) do: bytes. */
const mostBytes = 4000;
const mostDataBytes = 1600;
const mostLineBytes = 700;

const words: Readonly<Record<HealthStatus, readonly [word: string, exitCode: 0 | 1 | 2 | 3]>> = {
  healthy: ['OK', 0],
  warning: ['WARNING', 1],
  critical: ['CRITICAL', 2],
  unknown: ['UNKNOWN', 3],
};

/** Exit codes of monitoring plugins (https://www.monitoring-plugins.org/doc/guidelines.html, "Plugin Return Codes"). */
export function pluginExitCode(status: HealthStatus): 0 | 1 | 2 | 3 {
  return words[status][1];
}

/**
 * Output of a monitoring plugin (same guidelines, "Plugin Output", "Performance data"): one line that says it all, `|`,
 * performance data, then a line for each finding. What does not fit into 4 KB is counted instead of cut in the middle.
 */
export function renderPlugin({ status, findings, stanzas }: HealthDocument): string {
  const present = findings.filter(isPresent);
  const [worst] = present;
  const detail = worst === undefined ? '' : `: ${worst.subject}: ${worst.problem}`;
  const first = shorten(`HOLDFAST ${words[status][0]} - ${countFindings(present)}${detail}`, mostLineBytes);
  const data = takeWhileFits(performanceData(present, stanzas), mostDataBytes);
  const head = `${first} | ${data.join(' ')}`;
  const lines = present.map(({ severity, subject, problem, evidence, remedy, since, rule }) =>
    shorten(
      `${severity.toUpperCase()} ${subject}: ${problem} (${evidence}; since ${since}) - ${remedy} [${rule}]`,
      mostLineBytes,
    ),
  );
  const room = mostBytes - size(head) - 60;
  const fitting = takeWhileFits(lines, room);
  const left = lines.length - fitting.length;
  const rest = left === 0 ? [] : [`and ${left} more: holdfast status`];
  return `${[head, ...fitting, ...rest].join('\n')}\n`;
}

/** A plugin that cannot do its work says that nothing is known. */
export function renderPluginFailure(failure: Failure): string {
  const hint = failure.hint === undefined ? '' : `\n${shorten(failure.hint, mostLineBytes)}`;
  return `${shorten(`HOLDFAST UNKNOWN - ${failure.message}`, mostLineBytes)}${hint}\n`;
}

function performanceData(
  findings: HealthDocument['findings'],
  stanzas: readonly StanzaHealth[],
): readonly string[] {
  const count = (severity: string): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return [
    datum('findings critical', { value: count('critical'), unit: '', critical: 0 }),
    datum('findings warning', { value: count('warning'), unit: '', warning: 0 }),
    ...stanzas.flatMap((stanza) =>
      stanza.repositories.flatMap((repository) => repositoryData(stanza, repository)),
    ),
  ];
}

function repositoryData(
  { name, objectives, backupAgeObjectiveSeconds }: StanzaHealth,
  repository: RepositoryHealth,
): readonly string[] {
  const label = `${name}/${repository.name}`;
  const { position, newestAgeSeconds, archive } = repository;
  const loss = objectives.find(
    (objective) => objective.objective === 'rpo' && objective.repository === repository.name,
  );
  const holes = archive?.unknown === undefined ? archive?.windows?.holes : undefined;
  return [
    datum(`${label} backup age`, {
      value: newestAgeSeconds,
      unit: 's',
      critical: backupAgeObjectiveSeconds ?? undefined,
    }),
    ...(loss === undefined
      ? []
      : [datum(`${label} loss`, { value: loss.measuredSeconds, unit: 's', critical: loss.limitSeconds })]),
    datum(`${label} behind`, { value: position.behindBytes, unit: 'B' }),
    datum(`${label} holes`, {
      value: holes?.filter(({ why }) => why === 'lost').length ?? null,
      unit: '',
      critical: 0,
    }),
  ];
}

interface Datum {
  /** Null: not known, which is `U`. */
  readonly value: number | null;
  readonly unit: '' | 's' | 'B';
  /** More than this is a warning, or critical. */
  readonly warning?: number | undefined;
  readonly critical?: number | undefined;
}

/** `'label'=value[UOM];[warn];[crit];[min];[max]`. */
function datum(label: string, { value, unit, warning, critical }: Datum): string {
  const name = label.replaceAll(/[='|]/g, '_');
  const shown = value === null ? 'U' : `${Math.max(0, value)}${unit}`;
  return `'${name}'=${shown};${warning ?? ''};${critical ?? ''};0`;
}

/** One line without what ends the text, cut at a whole character. */
function shorten(text: string, bytes: number): string {
  const line = text
    .replaceAll('|', '/')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  if (size(line) <= bytes) return line;
  const characters = [...line];
  while (size(characters.join('')) > bytes - 3)
    characters.length -= Math.max(1, Math.ceil((size(characters.join('')) - bytes + 3) / 4));
  return `${characters.join('')}...`;
}

function takeWhileFits(parts: readonly string[], bytes: number): readonly string[] {
  let used = 0;
  return parts.filter((part) => {
    used += size(part) + 1;
    return used <= bytes;
  });
}

function size(text: string): number {
  return Buffer.byteLength(text);
}
