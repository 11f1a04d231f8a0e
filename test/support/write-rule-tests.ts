import { stringify } from 'yaml';
import type { AlertRule } from '../../src/render/monitoring/alert-rule.ts';
import { type AlertCase, wellSeries } from './alert-cases.ts';

/** Minutes in which all is well, before the trouble and after it. */
const [wellBefore, wellAfter] = [70, 80];

/**
 * A file of tests for `promtool test rules`: nothing fires while all is well; in the trouble of each case its alert
 * fires with exactly its labels; afterwards nothing fires any more. Cases that touch other series and are about other
 * alerts share a test, because promtool takes its time for each.
 */
export function writeRuleTests(
  rulesFile: string,
  cases: readonly AlertCase[],
  holds: (alert: string) => AlertRule['hold'],
): string {
  const minutes = ({ alert }: AlertCase): number => minutesOf(holds(alert));
  const together: AlertCase[][] = [];
  for (const one of cases.toSorted((left, right) => minutes(left) - minutes(right))) {
    const place = together.find((group) => group.every((other) => areApart(one, other)));
    if (place === undefined) together.push([one]);
    else place.push(one);
  }
  return stringify({
    rule_files: [rulesFile],
    evaluation_interval: '1m',
    tests: together.map((group) => describeCases(group, Math.max(...group.map(minutes)))),
  });
}

/** Whether neither can make the other one's alert fire or keep it from that. */
function areApart(left: AlertCase, right: AlertCase): boolean {
  const names = ({ series }: AlertCase): string[] =>
    Object.keys(series).map((one) => one.replace(/\{.*/s, ''));
  const isShared = names(left).some((name) => name !== 'holdfast_findings' && names(right).includes(name));
  return left.alert !== right.alert && !isShared;
}

function describeCases(cases: readonly AlertCase[], hold: number): object {
  const trouble = hold + 30;
  const spans = [wellBefore, trouble, wellAfter] as const;
  const changed = Object.assign({}, ...cases.map(({ series }) => series)) as AlertCase['series'];
  const all = new Map(
    Object.entries(wellSeries).map(([name, constant]) => [name, [constant, constant] as const]),
  );
  for (const [name, values] of Object.entries(changed)) all.set(name, values);
  return {
    name: cases.map(({ alert }) => alert).join(' '),
    interval: '1m',
    input_series: [...all].map(([series, [constant, during]]) => ({
      series,
      values: [constant, during, constant]
        .map((value, index) => writeValues(value, spans[index] ?? 0, spans.slice(0, index)))
        .join(' '),
    })),
    promql_expr_test: [
      { expr: 'ALERTS', eval_time: `${wellBefore - 1}m`, exp_samples: [] },
      ...cases.map(({ alert, labels }) => ({
        expr: `ALERTS{alertname="${alert}", alertstate="firing"}`,
        eval_time: `${wellBefore + trouble - 1}m`,
        exp_samples: [{ labels: `ALERTS{alertname="${alert}",alertstate="firing",${labels}}`, value: 1 }],
      })),
      { expr: 'ALERTS', eval_time: `${wellBefore + trouble + wellAfter - 1}m`, exp_samples: [] },
    ],
  };
}

/** The notation of promtool: `1+60x9` are ten values. @param before lengths of what lies before */
function writeValues(value: string, count: number, before: readonly number[]): string {
  if (value === '_') return `_x${count}`;
  const start = before.reduce((sum, length) => sum + length, 0) * 60;
  if (value.startsWith('+')) return `${start}${value}x${count - 1}`;
  return /\d[+-]\d/.test(value) ? `${value}x${count - 1}` : `${value}+0x${count - 1}`;
}

function minutesOf(hold: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smhd])$/.exec(hold) ?? [];
  return Math.ceil(Number(number) * ({ s: 1 / 60, m: 1, h: 60, d: 1440 }[unit] ?? Number.NaN));
}
