import { stringify } from 'yaml';
import type { AlertGroup } from './alert-groups.ts';
import type { AlertRule } from './alert-rule.ts';

/**
 * The groups as Prometheus reads them (prometheus.io/docs/prometheus/latest/configuration/alerting_rules). Each rule has
 * labels that make it another one than those of the same name, for other stanzas and repositories.
 */
export function writeRules(groups: readonly AlertGroup[]): string {
  return stringify({ groups: ruleGroups(groups) }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The groups as data; a PrometheusRule has the same. */
export function ruleGroups(groups: readonly AlertGroup[]): readonly object[] {
  return groups.map(({ name, stanza, rules }) => ({
    name,
    rules: rules.map((rule) => describeRule(rule, stanza)),
  }));
}

function describeRule(rule: AlertRule, stanza: string | undefined): object {
  const { alert, severity, expr, hold, labels, summary, description, findings } = rule;
  const [finding] = findings;
  return {
    alert,
    expr,
    for: hold,
    labels: { severity, ...(stanza === undefined ? {} : { stanza }), ...labels },
    annotations: {
      summary,
      description,
      runbook:
        finding === undefined ? `docs/alerts.md#${alert.toLowerCase()}` : `docs/findings.md#${finding}`,
    },
  };
}
