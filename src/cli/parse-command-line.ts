import { Argument, Command, CommanderError, Option } from 'commander';
import { Failure } from '../model/failure.ts';
import {
  globalOptions,
  type ArgumentDefinition,
  type CommandDefinition,
  type CommandInput,
  type OptionDefinition,
} from './command-definition.ts';
import { commandDefinitions } from './definitions/all.ts';

/** What every command was told besides its own options. */
export interface GlobalChoices {
  readonly config: string | undefined;
  readonly stanza: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly yes: boolean;
}

export interface ParsedCommandLine {
  readonly definition: CommandDefinition;
  readonly globals: GlobalChoices;
  readonly input: CommandInput;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads the words after `holdfast`. Global options are taken before and after the command's name.
 *
 * @param argv without the program's own name
 * @throws Failure usage, with a suggestion where a word looks like a mistyped one
 */
export function parseCommandLine(argv: readonly string[]): ParsedCommandLine {
  let found: { definition: CommandDefinition; words: readonly unknown[]; values: Values } | undefined;
  const program = createParser((definition, words, values) => {
    found = { definition, words, values };
  });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw usageFailure(error, argv);
    throw error;
  }
  if (!found) throw usageProblem('no command was given', argv);
  return {
    definition: found.definition,
    globals: readGlobals(program.opts()),
    input: createInput(found.definition, found.words, found.values),
  };
}

type OnCommand = (definition: CommandDefinition, words: readonly unknown[], values: Values) => void;

function createParser(onCommand: OnCommand): Command {
  const program = new Command('holdfast');
  configure(program, globalOptions);
  for (const definition of commandDefinitions) {
    const command = new Command(definition.name);
    for (const argument of definition.arguments) command.addArgument(toArgument(argument));
    configure(command, definition.options);
    command.action((...received: unknown[]) => {
      onCommand(definition, received.slice(0, definition.arguments.length), command.opts());
    });
    program.addCommand(command);
  }
  return program;
}

/** The help is ours (help-text.ts): commander only parses, and throws instead of ending the process. */
function configure(command: Command, options: readonly OptionDefinition[]): void {
  command.exitOverride().helpOption(false).helpCommand(false).allowExcessArguments(false);
  command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const option of options) command.addOption(toOption(option));
}

/**
 * commander takes --no-x for the opposite of --x, even where both are there and mean different things: the value of one
 * would be lost with the other. Here every option keeps a value of its own, under its own name.
 */
class SwitchOption extends Option {
  constructor(flags: string) {
    super(flags);
    this.negate = false;
  }

  override attributeName(): string {
    return this.name();
  }
}

function toOption(definition: OptionDefinition): Option {
  const short = definition.short === undefined ? '' : `-${definition.short}, `;
  const value = definition.value === undefined ? '' : ` <${definition.value}>`;
  const option = new SwitchOption(`${short}--${definition.name}${value}`);
  if (definition.choices !== undefined) option.choices(definition.choices);
  if (definition.repeatable === true) {
    option.default([]);
    option.argParser((text: string, before: string[]) => [...before, text]);
  }
  return option;
}

function toArgument(definition: ArgumentDefinition): Argument {
  const name = definition.repeatable === true ? `${definition.name}...` : definition.name;
  const argument = new Argument(definition.optional ? `[${name}]` : `<${name}>`);
  return definition.choices === undefined ? argument : argument.choices(definition.choices);
}

function readGlobals(values: Values): GlobalChoices {
  return {
    config: values['config'] as string | undefined,
    stanza: values['stanza'] as string | undefined,
    json: values['json'] === true,
    quiet: values['quiet'] === true,
    color: values['no-color'] !== true,
    yes: values['yes'] === true,
  };
}

function createInput(definition: CommandDefinition, words: readonly unknown[], values: Values): CommandInput {
  const read = (name: string): unknown => {
    const option = definition.options.find((candidate) => candidate.name === name);
    if (!option) throw new Error(`command ${definition.name} has no option ${name}`);
    return values[option.name];
  };
  const position = (name: string): number => {
    const index = definition.arguments.findIndex((candidate) => candidate.name === name);
    if (index === -1) throw new Error(`command ${definition.name} has no argument ${name}`);
    return index;
  };
  return {
    argument: (name) => words[position(name)] as string | undefined,
    arguments: (name) => (words[position(name)] ?? []) as readonly string[],
    flag: (name) => read(name) === true,
    value: (name) => read(name) as string | undefined,
    values: (name) => (read(name) ?? []) as readonly string[],
  };
}

/** commander says `error: unknown option '--fo'`, and on a second line what was perhaps meant. */
function usageFailure(error: CommanderError, argv: readonly string[]): Failure {
  if (error.code === 'commander.help') return usageProblem('no command was given', argv);
  const [first = '', suggestion] = error.message.split('\n');
  const problem = first.replace(/^error: /, '').replace(/\.$/, '');
  return usageProblem(problem, argv, suggestion?.replace(/^\((.*)\)$/, '$1'));
}

function usageProblem(problem: string, argv: readonly string[], suggestion?: string): Failure {
  const command = commandDefinitions.find((definition) => argv.includes(definition.name));
  const help = command === undefined ? 'holdfast --help' : `holdfast ${command.name} --help`;
  return new Failure('usage', {
    operation: 'read the command line',
    problem,
    hint: `${suggestion === undefined ? '' : `${suggestion} `}Run '${help}' to see what is possible.`,
  });
}
