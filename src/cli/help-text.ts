import { failureCodes, type FailureKind } from '../model/failure.ts';
import {
  bugExitCode,
  commonFailures,
  globalOptions,
  type CommandDefinition,
  type OptionDefinition,
} from './command-definition.ts';
import { failureMeanings } from './failure-meanings.ts';
import { wrapText } from './output/wrap-text.ts';

/** `-c, --config FILE`: an option as the help writes it. */
export function optionUsage(option: OptionDefinition): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
}

/** Longer lists stand below, where they are folded. */
const longestChoices = 34;

/** `holdfast journal [ID] [options]`: how a command is written. */
export function commandUsage(definition: CommandDefinition): string {
  const words = definition.arguments.map((argument) => {
    const choices = argument.choices?.join('|');
    const isShort = choices !== undefined && choices.length <= longestChoices;
    const name = isShort ? choices : argument.name.toUpperCase();
    const usage = argument.repeatable === true ? `${name}...` : name;
    return argument.optional ? `[${usage}]` : usage;
  });
  return ['holdfast', definition.name, ...words, '[options]'].join(' ');
}

/** The description of an option with its values and what holds without it. */
export function optionExplanation(option: OptionDefinition): string {
  const notes = [
    ...(option.choices === undefined ? [] : [`one of ${option.choices.join(', ')}`]),
    ...(option.repeatable === true ? ['may be given several times'] : []),
    ...(option.otherwise === undefined ? [] : [`without it: ${option.otherwise}`]),
  ];
  return notes.length === 0 ? option.description : `${option.description} (${notes.join('; ')})`;
}

/** Exit codes of a command with their meanings, by number. */
export function exitCodesOf(definition: CommandDefinition): readonly (readonly [number, string])[] {
  const kinds = [...new Set<FailureKind>([...commonFailures, ...definition.failures])];
  const rows: (readonly [number, string])[] = kinds.map((kind) => [
    failureCodes[kind],
    failureMeanings[kind],
  ]);
  rows.push([bugExitCode, 'a bug in Holdfast']);
  rows.sort((left, right) => left[0] - right[0]);
  const findings = definition.findings;
  return [
    [0, 'it worked'],
    ...(findings === undefined || findings.warning === 'not used' ? [] : [[1, findings.warning] as const]),
    ...(findings === undefined || findings.critical === 'not used' ? [] : [[2, findings.critical] as const]),
    ...rows,
  ];
}

/** The help of the whole program. `columns` is the width to fold at. */
export function programHelp(definitions: readonly CommandDefinition[], columns: number): string {
  return [
    'Holdfast backs PostgreSQL up with pgBackRest and brings it back, to the second.',
    '',
    'Usage: holdfast COMMAND [options]',
    '',
    'Commands:',
    ...pairs(
      definitions.map((definition) => [definition.name, definition.summary]),
      columns,
    ),
    '',
    'Options of every command:',
    ...pairs(globalOptions.map(optionRow), columns),
    '',
    'Exit codes:',
    ...pairs(
      [
        ['0', 'it worked'],
        ['1, 2', 'it worked and found something: a warning, something critical'],
        ['64-98', 'a failure; holdfast COMMAND --help lists them'],
        [String(bugExitCode), 'a bug in Holdfast'],
        ['130', failureMeanings.interrupted],
      ],
      columns,
    ),
    '',
    "Run 'holdfast COMMAND --help' for one command, with examples.",
    '',
  ].join('\n');
}

/** The help of one command. `columns` is the width to fold at. */
export function commandHelp(definition: CommandDefinition, columns: number): string {
  const { description, examples, options } = definition;
  const sections = [
    `Usage: ${commandUsage(definition)}`,
    description.map((paragraph) => wrapText(paragraph, columns).join('\n')).join('\n\n'),
    section(
      'Arguments:',
      pairs(
        definition.arguments.map((argument) => [
          argument.name.toUpperCase(),
          argument.choices === undefined
            ? argument.description
            : `${argument.description} (one of ${argument.choices.join(', ')})`,
        ]),
        columns,
      ),
    ),
    section('Options:', pairs(options.map(optionRow), columns)),
    section('Options of every command:', pairs(globalOptions.map(optionRow), columns)),
    section(
      'Examples:',
      examples.map((example) => `  # ${example.explanation}\n  ${example.command}`),
    ),
    section(
      'Exit codes:',
      pairs(
        exitCodesOf(definition).map(([code, meaning]) => [String(code), meaning]),
        columns,
      ),
    ),
  ];
  return `${sections.filter((part) => part !== '').join('\n\n')}\n`;
}

function optionRow(option: OptionDefinition): readonly [string, string] {
  return [optionUsage(option), optionExplanation(option)];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].join('\n');
}

/** Two columns: names, and explanations folded beside them. */
function pairs(rows: readonly (readonly [string, string])[], columns: number): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const indent = ' '.repeat(width + 4);
  return rows.flatMap(([name, text]) =>
    wrapText(text, Math.max(30, columns - width - 4)).map((line, index) =>
      index === 0 ? `  ${name.padEnd(width)}  ${line}` : `${indent}${line}`,
    ),
  );
}
