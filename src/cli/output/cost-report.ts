import {
  describeMeasures,
  describePrice,
  describeScenarios,
  formatDollars,
  formatTotal,
  monthRows,
  monthTitles,
  type RepositoryCost,
  scenarioNotes,
  scenarioRows,
  scenarioTitles,
} from '../../cost/describe-cost.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatTable } from './format-table.ts';
import { printable } from './printable.ts';

/** What repositories cost, for people. Money is US dollars. */
export function describeCosts(repositories: readonly RepositoryCost[]): string {
  return repositories.map(describeOne).join('\n');
}

function describeOne(one: RepositoryCost): string {
  const [first, ...others] = one.scenarios;
  if (first === undefined) return '';
  const { forecast, scenario } = first;
  const { restore, months } = forecast;
  const lines = [
    printable(one.repository),
    `  ${describePrice(scenario.price)}`,
    ...describeMeasures(one.measures).map((text) => `  ${text}`),
    ...one.assumed.map((text) => `  assumed: ${text}`),
    `  a restore of the newest set reads ${formatByteSize(Math.round(restore.bytes))} in ${restore.objects} files: ${restore.cost === undefined ? 'no price is known' : `${formatDollars(restore.cost)} USD`}`,
    ...(forecast.priced
      ? [
          `  ${months.length === 1 ? 'one month' : `${months.length} months together`}: ${formatTotal(forecast)} USD`,
        ]
      : []),
  ];
  const table =
    others.length === 0
      ? formatTable(
          monthTitles.map((title) => ({ title, align: 'right' as const })),
          monthRows(forecast),
        )
      : formatTable(
          scenarioTitles.map((title, index) => ({
            title,
            align: index < 1 ? ('left' as const) : ('right' as const),
          })),
          scenarioRows(one),
        );
  const notes = [...scenarioNotes(one), ...(others.length === 0 ? [] : describeScenarios(one))];
  return `${lines.join('\n')}\n${table}${notes.map((text) => `${printable(text)}\n`).join('')}`;
}
