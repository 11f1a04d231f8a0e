import { Markup, markup } from '../../report/page/markup.ts';
import { anchor, introduction } from './write-markdown.ts';
import type { Runbook, RunbookColumn, RunbookScenario, RunbookStep, StanzaRunbook } from './runbook.ts';
import { writePage } from '../../report/page/write-page.ts';

/** Two columns where there is room for them; on paper a page for each scenario. */
const runbookStyle = `
body { max-width: 90rem; }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1.5rem; }
.columns > section > h4 { margin: .75rem 0 .25rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h5 { font-size: .9375rem; margin: 1rem 0 .25rem; }
ol { padding-left: 1.25rem; margin: .25rem 0; } li { margin: .25rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; } dt { font-weight: 600; } dd { margin: 0; }
mark { background: #ffe08a; color: #1a1f26; font-weight: 700; }
.caution { border-left: 4px solid var(--bad); padding-left: .75rem; }
@media (max-width: 60rem) { .columns { grid-template-columns: 1fr; } }
@media print { body { font-size: 9pt; } pre { font-size: 7.5pt; padding: .4rem; } .scenario { break-before: page; } li, dl { break-inside: avoid; }
  h4, h5 { break-after: avoid; } .columns { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1rem; }
  mark { background: none; border: 1px solid #000; } a { color: inherit; text-decoration: none; } @page { size: A4 landscape; margin: 12mm; } }
`;

/** The runbook as one page that names nothing outside of itself and runs nothing. */
export function writeRunbookPage(runbook: Runbook): string {
  const title = `Runbook: ${runbook.stanzas.map(({ stanza }) => stanza).join(', ')}`;
  return writePage({
    title,
    style: runbookStyle,
    body: markup`<h1>${title}</h1>
${introduction(runbook)
  .filter((line) => line !== '')
  .map((line) => markup`<p>${code(line)}</p>\n`)}
${list('Contacts', runbook.contacts)}
${list('Notes', runbook.notes)}
<nav aria-label="Scenarios">
<h2 id="contents">Contents</h2>
<ul>
${runbook.stanzas.flatMap(({ stanza, scenarios }) =>
  scenarios.map(
    ({ id, title: name }) => markup`<li><a href="#${anchor(stanza, id)}">${stanza}: ${name}</a></li>\n`,
  ),
)}</ul>
</nav>
${runbook.stanzas.map(writeStanza)}`,
  });
}

function list(title: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return markup`<h2>${title}</h2>
<ul>
${lines.map((line) => markup`<li>${line}</li>\n`)}</ul>
`;
}

function writeStanza({ stanza, facts, scenarios }: StanzaRunbook): Markup {
  return markup`<h2>Stanza ${stanza}</h2>
<table class="facts">
<tbody>
${facts.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</tbody>
</table>
${scenarios.map((scenario) => writeScenario(stanza, scenario))}`;
}

function writeScenario(stanza: string, scenario: RunbookScenario): Markup {
  const { title, when, lost, takes, cautions, placeholders, holdfast, plain } = scenario;
  return markup`<article class="scenario" id="${anchor(stanza, scenario.id)}">
<h3>${title}</h3>
<dl><dt>When</dt><dd>${code(when)}</dd><dt>Lost</dt><dd>${code(lost)}</dd><dt>Takes</dt><dd>${code(takes)}</dd></dl>
${cautions.map((caution) => markup`<p class="caution">${code(caution)}</p>\n`)}
${
  placeholders.length === 0
    ? undefined
    : markup`<p>Fill in:</p>
<dl>${placeholders.map(({ name, meaning }) => markup`<dt><mark>&lt;${name}&gt;</mark></dt><dd>${code(meaning)}</dd>`)}</dl>
`
}
<div class="columns">
<section><h4>Holdfast</h4>
${writeColumn(holdfast)}</section>
<section><h4>pgBackRest alone</h4>
${writeColumn(plain)}</section>
</div>
</article>
`;
}

function writeColumn({ steps, proof, back }: RunbookColumn): Markup {
  return markup`${writeSteps(steps)}${part('How to see that it worked', proof)}${part('How to go back', back)}`;
}

function part(title: string, steps: readonly RunbookStep[]): Markup | undefined {
  return steps.length === 0 ? undefined : markup`<h5>${title}</h5>\n${writeSteps(steps)}`;
}

function writeSteps(steps: readonly RunbookStep[]): Markup {
  return markup`<ol>
${steps.map(
  ({ title, commands }) =>
    markup`<li>${code(title)}${commands.length === 0 ? undefined : markup`<pre>${commands.map((line) => markup`${marked(line)}\n`)}</pre>`}</li>\n`,
)}</ol>
`;
}

/** A command, with what must be filled in standing out. */
function marked(line: string): Markup[] {
  return line
    .split(/(<[A-Z][A-Z\d_]*>)/)
    .map((text, index) => (index % 2 === 1 ? markup`<mark>${text}</mark>` : markup`${text}`));
}

/** Text with code in backticks. */
function code(text: string): Markup[] {
  return text
    .split('`')
    .map((piece, index) => (index % 2 === 1 ? markup`<code>${piece}</code>` : markup`${piece}`));
}
