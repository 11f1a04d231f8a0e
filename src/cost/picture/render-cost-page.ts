import { Markup, markup } from '../../report/page/markup.ts';
import { embedPicture } from '../../retention/picture/picture.ts';
import { pictureStyle } from '../../retention/picture/picture-style.ts';
import {
  describeMeasures,
  describeScenarios,
  monthRows,
  monthTitles,
  type RepositoryCost,
  scenarioNotes,
  scenarioRows,
  scenarioTitles,
} from '../describe-cost.ts';
import { drawCost } from './draw-cost.ts';
import { writePage } from '../../report/page/write-page.ts';

/** A page with pictures and tables of each repository: one file, which names nothing outside and runs nothing. */
export function renderCostPage(stanza: string, repositories: readonly RepositoryCost[]): string {
  const title = `Cost of the backups of stanza ${stanza}`;
  return writePage({
    title,
    style: pictureStyle,
    body: markup`<h1>${title}</h1>
<p class="soft">A forecast in US dollars, at list prices unless a price of holdfast.yaml is named. A month is the twelfth part of a year.</p>
${repositories.map((one, index) => renderRepository(one, `cost-${index + 1}`))}`,
  });
}

function renderRepository(one: RepositoryCost, id: string): Markup {
  const [first, ...others] = one.scenarios;
  return markup`<h2>Repository ${one.repository}</h2>
${embedPicture(drawCost(one, id))}
${others.length === 0 ? undefined : drawTable('Side by side', scenarioTitles, scenarioRows(one))}
${scenarioNotes(one).map((text) => markup`<p class="soft">${text}</p>`)}
${first === undefined ? undefined : drawTable('Month by month, as it is', monthTitles, monthRows(first.forecast))}
<h3>Where the numbers come from</h3>
<ul>${describeMeasures(one.measures).map((text) => markup`<li>${text}</li>`)}
${one.assumed.map((text) => markup`<li>assumed: ${text}</li>`)}
${describeScenarios(one).map((text) => markup`<li>${text}</li>`)}</ul>
`;
}

function drawTable(caption: string, titles: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`<div class="picture"><table><caption>${caption}</caption>
<thead><tr>${titles.map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(([name, ...cells]) => markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
