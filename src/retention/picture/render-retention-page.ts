import { Markup, markup } from '../../report/page/markup.ts';
import { dayRows, describeRetention } from '../describe-retention.ts';
import type { RepositoryRetention } from '../document-retention.ts';
import { drawRetention } from './draw-retention.ts';
import { embedPicture } from './picture.ts';
import { pictureStyle } from './picture-style.ts';
import { writePage } from '../../report/page/write-page.ts';

/** A page with the picture and the days of each repository: one file, which names nothing outside and runs nothing. */
export function renderRetentionPage(stanza: string, repositories: readonly RepositoryRetention[]): string {
  const title = `Retention of stanza ${stanza}`;
  return writePage({
    title,
    style: pictureStyle,
    body: markup`<h1>${title}</h1>
${repositories.map((one, index) => renderRepository(one, `retention-${index + 1}`))}`,
  });
}

function renderRepository(one: RepositoryRetention, id: string): Markup {
  return markup`<h2>Repository ${one.repository}</h2>
<ul>${describeRetention(one).map((text) => markup`<li>${text}</li>`)}</ul>
${embedPicture(drawRetention(one, id))}
<details open><summary>Day by day</summary>
<div class="picture"><table><caption>At the end of each day, UTC</caption>
<thead><tr>${['day', 'full', 'diff', 'incr', 'taken', 'gone', 'every moment of the last', 'and single moments'].map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${dayRows(one).map(([day, ...cells]) => markup`<tr><th scope="row">${day}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>
</details>
`;
}
