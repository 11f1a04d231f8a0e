import { globalOptions, type CommandDefinition, type OptionDefinition } from './command-definition.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The completion script for a shell: everything it knows is written into it, so completing runs nothing. */
export function completionScript(shell: Shell, definitions: readonly CommandDefinition[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(definitions);
    case 'zsh':
      return zshScript(definitions);
    case 'fish':
      return fishScript(definitions);
  }
}

function words(options: readonly OptionDefinition[]): string {
  return options
    .flatMap((option) => [`--${option.name}`, ...(option.short ? [`-${option.short}`] : [])])
    .join(' ');
}

/** What comes after an option that takes a value. */
function bashValue(option: OptionDefinition): string {
  if (option.choices !== undefined)
    return `COMPREPLY=($(compgen -W '${option.choices.join(' ')}' -- "$current"))`;
  if (option.completes === 'directory') return `COMPREPLY=($(compgen -d -- "$current"))`;
  if (option.completes === 'file') return `COMPREPLY=($(compgen -f -- "$current"))`;
  return 'COMPREPLY=()';
}

function bashScript(definitions: readonly CommandDefinition[]): string {
  const globals = globalOptions.filter((option) => option.value !== undefined);
  const previous = (command: string, options: readonly OptionDefinition[]): string[] =>
    options
      .filter((option) => option.value !== undefined)
      .map((option) => {
        const names = [`--${option.name}`, ...(option.short ? [`-${option.short}`] : [])];
        return `    ${names.map((name) => `${command}:${name}`).join(' | ')}) ${bashValue(option)}; return ;;`;
      });
  return [
    '# bash completion for holdfast',
    '_holdfast() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case $word in ${definitions.map((definition) => definition.name).join(' | ')}) command=$word; break ;; esac`,
    '  done',
    '  case $command:$previous in',
    ...previous('*', globals),
    ...definitions.flatMap((definition) => previous(definition.name, definition.options)),
    '  esac',
    ...definitions.filter(completesFiles).map(bashFiles),
    '  local candidates=',
    '  case $command in',
    `    '') candidates='${definitions.map((definition) => definition.name).join(' ')} ${words(globalOptions)}' ;;`,
    ...definitions.map((definition) => {
      const choices = definition.arguments.flatMap((argument) => argument.choices ?? []);
      const all = [...choices, words([...definition.options, ...globalOptions])].join(' ');
      return `    ${definition.name}) candidates='${all}' ;;`;
    }),
    '  esac',
    '  COMPREPLY=($(compgen -W "$candidates" -- "$current"))',
    '}',
    'complete -F _holdfast holdfast',
    '',
  ].join('\n');
}

/** Words that are no options are paths. */
function bashFiles(definition: CommandDefinition): string {
  return `  if [[ $command == ${definition.name} && $current != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); return; fi`;
}

function completesFiles(definition: CommandDefinition): boolean {
  return definition.arguments.some((argument) => argument.completes === 'file');
}

/** A description inside single quotes and brackets of _arguments, where `:` and `]` end things. */
function zshText(text: string): string {
  return text.replaceAll("'", String.raw`'\''`).replaceAll(/[[\]:]/g, String.raw`\$&`);
}

function zshOption(option: OptionDefinition): string {
  const text = `[${zshText(option.description)}]`;
  const value = option.value === undefined ? '' : `:${option.value}:${zshValue(option)}`;
  const star = option.repeatable === true ? '*' : '';
  const long = `'${star}--${option.name}${text}${value}'`;
  return option.short === undefined ? long : `${long} '-${option.short}${text}${value}'`;
}

function zshValue(option: OptionDefinition): string {
  if (option.choices !== undefined) return `(${option.choices.join(' ')})`;
  if (option.completes === 'directory') return '_files -/';
  return option.completes === 'file' ? '_files' : ' ';
}

function zshScript(definitions: readonly CommandDefinition[]): string {
  return [
    '#compdef holdfast',
    '_holdfast() {',
    '  local -a commands',
    '  commands=(',
    ...definitions.map((definition) => `    '${definition.name}:${zshText(definition.summary)}'`),
    '  )',
    '  local command word',
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    '    if (( ${commands[(I)$word:*]} )); then command=$word; break; fi',
    '  done',
    '  case $command in',
    "    '') _describe command commands; _arguments " + globalOptions.map(zshOption).join(' ') + ' ;;',
    ...definitions.map((definition) => {
      const options = [...definition.options, ...globalOptions].map(zshOption).join(' ');
      const rest = definition.arguments.map((argument) => {
        const choices = argument.choices === undefined ? ' ' : `(${argument.choices.join(' ')})`;
        return `'*:${argument.name}:${argument.completes === 'file' ? '_files' : choices}'`;
      });
      return `    ${definition.name}) _arguments ${[options, ...rest].join(' ')} ;;`;
    }),
    '  esac',
    '}',
    '_holdfast "$@"',
    '',
  ].join('\n');
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}

function fishOption(option: OptionDefinition, condition: string): string {
  const parts = [`complete -c holdfast ${condition}-l ${option.name}`];
  if (option.short !== undefined) parts.push(`-s ${option.short}`);
  if (option.value !== undefined) parts.push('-r');
  if (option.choices !== undefined) parts.push(`-f -a ${fishText(option.choices.join(' '))}`);
  if (option.completes === 'directory') parts.push("-f -a '(__fish_complete_directories)'");
  if (option.completes === 'file') parts.push('-F');
  return [...parts, `-d ${fishText(option.description)}`].join(' ');
}

function fishScript(definitions: readonly CommandDefinition[]): string {
  return [
    '# fish completion for holdfast',
    'complete -c holdfast -f',
    ...globalOptions.map((option) => fishOption(option, '')),
    ...definitions.flatMap((definition) => {
      const condition = `-n '__fish_seen_subcommand_from ${definition.name}' `;
      const choices = definition.arguments.flatMap((argument) => argument.choices ?? []);
      return [
        `complete -c holdfast -n __fish_use_subcommand -a ${definition.name} -d ${fishText(definition.summary)}`,
        ...definition.options.map((option) => fishOption(option, condition)),
        ...(completesFiles(definition) ? [`complete -c holdfast ${condition}-F`] : []),
        ...(choices.length === 0
          ? []
          : [`complete -c holdfast ${condition}-a ${fishText(choices.join(' '))}`]),
      ];
    }),
    '',
  ].join('\n');
}
