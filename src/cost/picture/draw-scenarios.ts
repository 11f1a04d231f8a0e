import { type Markup, markup } from '../../report/page/markup.ts';
import { formatDollars, formatTotal, type RepositoryCost, totalOf } from '../describe-cost.ts';

const [left, right] = [8, 925] as const;
const rowHeight = 46;
const titleHeight = 44;

/** Pixels that so many scenarios take. */
export function scenariosHeight(count: number): number {
  return titleHeight + count * rowHeight + 12;
}

/** What the scenarios come to: a bar each, its name and amount above it. */
export function drawScenarios({ scenarios }: RepositoryCost, top: number): Markup {
  const totals = scenarios.map(({ forecast }) => totalOf(forecast));
  const most = Math.max(0.01, ...totals.map((total) => total ?? 0));
  const months = scenarios[0]?.forecast.months.length ?? 0;
  const rows = scenarios.map(({ scenario, forecast }, index) => {
    const total = totals[index];
    const y = top + titleHeight + index * rowHeight;
    const wide = ((total ?? 0) / most) * (right - left);
    const name =
      scenario.price === undefined ? scenario.title : `${scenario.title} (${scenario.price.title})`;
    const said =
      total === undefined
        ? 'no price is known'
        : `${formatTotal(forecast)}, a restore ${formatDollars(forecast.restore.cost)}`;
    return markup`<text x="${left}" y="${y + 14}">${shorten(name)}</text><text x="${right}" y="${y + 14}" text-anchor="end">${said}</text>
<rect class="${index === 0 ? 'one' : 'two'}" x="${left}" y="${y + 20}" width="${Math.max(1, wide).toFixed(1)}" height="12"/>`;
  });
  return markup`<text class="title" x="${left}" y="${top + 20}">${months === 1 ? 'What one month comes to' : `What ${months} months come to`}, US dollars</text>
${rows}`;
}

/** Letters that fit beside the amount. */
const mostLetters = 92;

function shorten(name: string): string {
  return name.length <= mostLetters ? name : `${name.slice(0, mostLetters - 1)}…`;
}
