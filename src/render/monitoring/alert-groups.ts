import type { Configuration, Stanza } from '../../config/configuration.ts';
import { type AlertRule, select } from './alert-rule.ts';
import { archiveAlerts } from './archive-alerts.ts';
import { backupAlerts } from './backup-alerts.ts';
import { daemonAlerts } from './daemon-alerts.ts';
import { primaryAlerts } from './primary-alerts.ts';

/** A group of rules: Prometheus evaluates those of one after the other. */
export interface AlertGroup {
  readonly name: string;
  /** The stanza that its rules are about; undefined for those of the daemon. */
  readonly stanza: string | undefined;
  readonly rules: readonly AlertRule[];
}

/**
 * Every alert for a configuration: a group of the daemon, and one of each stanza with thresholds from its objectives
 * and schedules.
 *
 * @param job the `job_name` with which Prometheus reads Holdfast
 */
export function alertGroups(configuration: Configuration, job: string): readonly AlertGroup[] {
  const daemon = daemonAlerts(configuration, job);
  return [
    { name: 'holdfast', stanza: undefined, rules: [...daemon, ...otherFindings('', daemon)] },
    ...configuration.stanzas.map((stanza) => {
      const rules = stanzaAlerts(stanza);
      return {
        name: `holdfast-${stanza.name}`,
        stanza: stanza.name,
        rules: [...rules, ...otherFindings(stanza.name, rules)],
      };
    }),
  ];
}

function stanzaAlerts(stanza: Stanza): readonly AlertRule[] {
  return [...archiveAlerts(stanza), ...backupAlerts(stanza), ...primaryAlerts(stanza)];
}

/** Findings that have no alert of their own: nothing that the daemon finds stays untold. Empty: those of no stanza. */
function otherFindings(stanza: string, told: readonly AlertRule[]): readonly AlertRule[] {
  return (['critical', 'warning'] as const).map((severity) => {
    const own = told.filter((rule) => rule.severity === severity).flatMap(({ findings }) => findings);
    const rule = own.length === 0 ? {} : { rule: `!~${[...new Set(own)].toSorted().join('|')}` };
    const where =
      stanza === ''
        ? 'Holdfast'
        : 'stanza {{ $labels.stanza }}{{ with $labels.repository }}, repository {{ . }}{{ end }}';
    return {
      alert: severity === 'critical' ? 'HoldfastFindingCritical' : 'HoldfastFindingWarning',
      severity,
      expr: `max by (stanza, repository, rule) (${select('findings', { stanza, severity, ...rule })}) > 0`,
      hold: severity === 'critical' ? '2m' : '15m',
      summary: `{{ $labels.rule }}: ${where}`,
      description:
        '`holdfast status` shows what was seen and what to do; docs/findings.md explains the rule.',
      findings: [],
    };
  });
}
