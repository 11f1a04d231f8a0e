import type { Runbook, RunbookColumn, RunbookScenario, RunbookStep, StanzaRunbook } from './runbook.ts';

/**
 * The runbook as Markdown (GitHub's dialect: two columns are an HTML table with Markdown in its cells, which can be
 * read as plain text too).
 */
export function writeRunbookMarkdown(runbook: Runbook): string {
  return [
    '# Runbook',
    '',
    ...introduction(runbook),
    ...list('Contacts', runbook.contacts),
    ...list('Notes', runbook.notes),
    '',
    '## Contents',
    '',
    ...runbook.stanzas.flatMap(({ stanza, scenarios }) =>
      scenarios.map(({ id, title }) => `- [${inline(`${stanza}: ${title}`)}](#${anchor(stanza, id)})`),
    ),
    ...runbook.stanzas.flatMap(writeStanza),
    '',
  ].join('\n');
}

/** What stands above all commands, for every form of the page: whole sentences. */
export function introduction({ file, shell }: Runbook): string[] {
  return [
    `Made from ${file}. The left column uses Holdfast, the right one pgBackRest alone; each is complete in itself, so never mix them.`,
    '',
    `Commands are for a shell as ${shell.user}: \`${shell.command}\`, then \`cd /\`. What stands in angle brackets, such as \`<MOMENT>\`, must be filled in; what it is, each scenario says. Do one step after the other, and read what each prints.`,
    '',
    'Before anything else: do not delete anything, write down the time, and tell the people below.',
  ];
}

/** Where a scenario is in a page. */
export function anchor(stanza: string, id: string): string {
  return `${stanza}-${id}`.replaceAll(/[^\w-]/g, '-');
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${inline(line)}`)];
}

function writeStanza({ stanza, facts, scenarios }: StanzaRunbook): string[] {
  return [
    '',
    `## Stanza ${inline(stanza)}`,
    '',
    '| what | where |',
    '|---|---|',
    ...facts.map(([name, value]) => `| ${inline(name)} | ${inline(value)} |`),
    ...scenarios.flatMap((scenario) => writeScenario(stanza, scenario)),
  ];
}

function writeScenario(stanza: string, scenario: RunbookScenario): string[] {
  const { holdfast, plain } = scenario;
  return [
    '',
    `<a id="${anchor(stanza, scenario.id)}"></a>`,
    '',
    `### ${inline(scenario.title)}`,
    '',
    `**When:** ${inline(scenario.when)}`,
    '',
    `**Lost:** ${inline(scenario.lost)}`,
    '',
    `**Takes:** ${inline(scenario.takes)}`,
    ...scenario.cautions.flatMap((caution) => ['', `> ${inline(caution)}`]),
    ...(scenario.placeholders.length === 0
      ? []
      : [
          '',
          'Fill in:',
          '',
          ...scenario.placeholders.map(({ name, meaning }) => `- \`<${name}>\`: ${inline(meaning)}`),
        ]),
    '',
    '<table>',
    '<tr><th>Holdfast</th><th>pgBackRest alone</th></tr>',
    '<tr><td>',
    '',
    ...writeColumn(holdfast),
    '',
    '</td><td>',
    '',
    ...writeColumn(plain),
    '',
    '</td></tr>',
    '</table>',
  ];
}

function writeColumn({ steps, proof, back }: RunbookColumn): string[] {
  return [
    ...writeSteps(steps, ''),
    ...(proof.length === 0 ? [] : ['', '*How to see that it worked*', '', ...writeSteps(proof, 'P')]),
    ...(back.length === 0 ? [] : ['', '*How to go back*', '', ...writeSteps(back, 'B')]),
  ];
}

/** Numbers are text, not a Markdown list: a list would need its blocks indented. */
function writeSteps(steps: readonly RunbookStep[], mark: string): string[] {
  return steps.flatMap(({ title, commands }, index) => [
    ...(index === 0 ? [] : ['']),
    `**${mark}${index + 1}.** ${inline(title)}${/[?!]$/.test(title) ? '' : commands.length === 0 ? '.' : ':'}`,
    ...(commands.length === 0 ? [] : ['', `${fence(commands)}sh`, ...commands, fence(commands)]),
  ]);
}

function fence(commands: readonly string[]): string {
  const longest = Math.max(
    2,
    ...commands.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)),
  );
  return '`'.repeat(longest + 1);
}

/** Text that is not to become markup: what looks like a tag, and line ends. Code in backticks stays as it is. */
function inline(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[<>*_|[\]\\]/g, (sign) => `\\${sign}`)))
    .join('`');
}
