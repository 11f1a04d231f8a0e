import { catalogue } from '../../metrics/catalogue.ts';
import type { MetricDefinition } from '../../metrics/metric-definition.ts';

/** One alerting rule of Prometheus, with what people read about it in docs/alerts.md. */
export interface AlertRule {
  readonly alert: string;
  readonly severity: 'critical' | 'warning';
  /** PromQL. */
  readonly expr: string;
  /** How long the expression must hold: `5m`. */
  readonly hold: string;
  /** Labels of what it is about that the result of the expression does not carry. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** One line; may use templates of Prometheus. */
  readonly summary: string;
  readonly description: string;
  /** The rules of docs/findings.md that say the same; of this severity they are told by this alert alone. */
  readonly findings: readonly string[];
}

type Catalogue = typeof catalogue;

/** A selector of one metric of the catalogue: a name or a label that it does not have does not compile. */
export function select<Key extends keyof Catalogue>(
  key: Key,
  labels?: Readonly<Partial<Record<Catalogue[Key]['labels'][number], string>>>,
): string {
  const definition: MetricDefinition = catalogue[key];
  const matchers = Object.entries<string | undefined>(labels ?? {}).map(([name, value]) =>
    matcher(name, value ?? ''),
  );
  return matchers.length === 0 ? definition.name : `${definition.name}{${matchers.join(', ')}}`;
}

/** A value that begins with `=~`, `!~` or `!=` says itself how it is compared. */
function matcher(name: string, value: string): string {
  const [, operator = '=', text = ''] = /^(=~|!~|!=)?(.*)$/s.exec(value) ?? [];
  return `${name}${operator}${JSON.stringify(text)}`;
}

/** What the daemon's own assessment says, beside what the numbers say. */
export function orFindings(
  expr: string | undefined,
  about: {
    readonly stanza: string;
    readonly severity: AlertRule['severity'];
    readonly findings: readonly string[];
  },
): string {
  const { stanza, severity, findings } = about;
  const said = `max by (stanza, repository) (${select('findings', { stanza, severity, rule: `=~${findings.join('|')}` })}) > 0`;
  return expr === undefined ? said : `(${expr}) or (${said})`;
}
