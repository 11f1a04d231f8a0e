import {
  commandsOf,
  type EngineOption,
  findOption,
  optionNamed,
  optionsOf,
} from '../../../model/option-table.ts';
import type { EngineArgument, EngineInvocation, Invocation } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import { sliceOfPlaced } from './mapped-text.ts';

/**
 * Tells the words of a call of pgbackrest apart as the engine does (pgBackRest src/config/parse.c): the first word that
 * is no option is the command, options may stand before and after it. `--` and `-x` are options that do not exist,
 * named as written. Where the first such word is filled in later (`$OPTIONS`), the first that is a command counts.
 *
 * @returns undefined when another program is called
 */
export function readEngineInvocation(invocation: Invocation): EngineInvocation | undefined {
  if (invocation.program !== 'pgbackrest') return undefined;
  const options: EngineArgument[] = [];
  const others: PlacedText[] = [];
  const words = invocation.words.slice(1);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    if (!word.value.startsWith('-')) {
      others.push(word);
      continue;
    }
    const option = readOption(word, words[at + 1]);
    options.push(option);
    if (option.value !== undefined && option.value.start >= word.end) at += 1;
  }
  const command = commandAmong(others);
  return { invocation, command, options, parameters: others.filter((word) => word !== command) };
}

function commandAmong(words: readonly PlacedText[]): PlacedText | undefined {
  const [first] = words;
  if (first?.unknown !== true) return first;
  return words.find((word) => commandsOf().includes(word.value)) ?? first;
}

function readOption(word: PlacedText, next: PlacedText | undefined): EngineArgument {
  if (!word.value.startsWith('--') || word.value === '--')
    return { name: word, value: undefined, form: 'switch' };
  const [, prefix = '', name = ''] = /^--(no-|reset-)?([^=]*)/.exec(word.value) ?? [];
  const isPlainName = prefix !== '' && isKnown(`${prefix}${name}`);
  const nameStart = isPlainName ? 2 : 2 + prefix.length;
  const nameEnd = 2 + prefix.length + name.length;
  const placed = { ...sliceOfPlaced(word, nameStart, nameEnd), unknown: /[{<$\uE000]/.test(name) };
  const equals = word.value.indexOf('=');
  if (equals >= 0) return { name: placed, value: sliceOfPlaced(word, equals + 1), form: 'value' };
  if (!isPlainName && prefix === 'no-') return { name: placed, value: undefined, form: 'negated' };
  if (!isPlainName && prefix === 'reset-') return { name: placed, value: undefined, form: 'reset' };
  const takesNext = next !== undefined && needsValue(placed.value);
  return { name: placed, value: takesNext ? next : undefined, form: takesNext ? 'value' : 'switch' };
}

function isKnown(name: string): boolean {
  return optionNamed(name) !== undefined;
}

/** Every option but the booleans is followed by its value, whatever that looks like. */
function needsValue(name: string): boolean {
  const option = findOption(name)?.option ?? abbreviated(name);
  return option !== undefined && option.type !== 'boolean' && option.boolLike !== true;
}

/** The engine takes the beginning of a name when it is that of only one option. */
function abbreviated(name: string): EngineOption | undefined {
  const [only, another] = optionsOf().filter((option) => name !== '' && option.name.startsWith(name));
  return another === undefined ? only : undefined;
}
