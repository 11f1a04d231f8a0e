import type { ConsulSettings } from '../../config/configuration.ts';
import { isPresent, type Finding } from '../../model/finding.ts';
import { judgeHealth, type HealthStatus } from '../../status/assess.ts';

/** Consul cuts longer outputs in the middle (agent option `check_output_max_size`, 4 KB); we stay below by ourselves. */
const mostBytes = 4000;
/** Of one line, so that a long one does not push out all others. */
const mostLineCharacters = 600;

/** A TTL check as Consul has it (developer.hashicorp.com/consul/api-docs/agent/check). */
export interface ConsulCheck {
  readonly id: string;
  readonly name: string;
  readonly verdict: HealthStatus;
  readonly status: 'passing' | 'warning' | 'critical';
  readonly output: string;
}

/** Consul has no word for unknown, and unknown is never good. */
const statuses: Readonly<Record<HealthStatus, ConsulCheck['status']>> = {
  healthy: 'passing',
  warning: 'warning',
  unknown: 'critical',
  critical: 'critical',
};

/**
 * One check of everything and one of each stanza. What is critical and about no stanza (the daemon cannot work) is so
 * for every stanza, because then nobody looks after it.
 *
 * @param findings of the assessment, the worst first @param now epoch milliseconds
 */
export function planConsulChecks(
  { id, service }: Pick<ConsulSettings, 'id' | 'service'>,
  stanzas: readonly string[],
  findings: readonly Finding[],
  now: number,
): readonly ConsulCheck[] {
  return [
    describeCheck({ id, name: `${service}: all stanzas` }, findings, now),
    ...stanzas.map((stanza) => {
      const own = findings.filter((finding) =>
        finding.stanza === undefined ? finding.severity === 'critical' : finding.stanza === stanza,
      );
      return describeCheck({ id: `${id}:${stanza}`, name: `${service}: stanza ${stanza}` }, own, now);
    }),
  ];
}

/** The same checks when nobody can judge. @param why lower case, no full stop */
export function planUnknownChecks(
  settings: Pick<ConsulSettings, 'id' | 'service'>,
  stanzas: readonly string[],
  why: string,
  now: number,
): readonly ConsulCheck[] {
  return planConsulChecks(settings, stanzas, [], now).map((check) => ({
    ...check,
    verdict: 'unknown',
    status: statuses.unknown,
    output: fit(headline('unknown', now), [`nothing is known: ${why}`]),
  }));
}

function describeCheck(
  check: Pick<ConsulCheck, 'id' | 'name'>,
  findings: readonly Finding[],
  now: number,
): ConsulCheck {
  const status = judgeHealth(findings);
  const told = findings.filter((finding) => isPresent(finding) && finding.severity !== 'advice');
  const lines = told.map(
    ({ rule, severity, subject, problem, remedy }) =>
      `${severity}: ${subject}: ${problem} [${rule}] ${remedy}`,
  );
  return { ...check, verdict: status, status: statuses[status], output: fit(headline(status, now), lines) };
}

function headline(status: HealthStatus, now: number): string {
  return `holdfast: ${status}, as of ${new Date(now).toISOString()}`;
}

/** Whole lines as long as they fit, and how many are left. */
function fit(head: string, lines: readonly string[]): string {
  const more = (count: number): string => `and ${count} more: holdfast status`;
  const taken = [head];
  const room = mostBytes - size(more(lines.length)) - 1;
  for (const [index, line] of lines.entries()) {
    const short = shorten(line.replaceAll(/\s+/g, ' '));
    if (size([...taken, short].join('\n')) > room) return [...taken, more(lines.length - index)].join('\n');
    taken.push(short);
  }
  return taken.join('\n');
}

function shorten(line: string): string {
  if (line.length <= mostLineCharacters) return line;
  return `${line.slice(0, mostLineCharacters - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function size(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
