import type { Invocation } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import { sliceOfPlaced } from './mapped-text.ts';
import { optionsBeforeSubcommand, wrappers, type Wrapper } from './wrapper-table.ts';

/** What is left of a command when `sudo -u postgres` and the like are taken off. */
export interface Unwrapped {
  /** Outermost first, each as its words joined by single spaces. */
  readonly wrappers: readonly string[];
  readonly assignments: Invocation['assignments'];
  readonly words: readonly PlacedText[];
  /** Text that a shell reads, instead of words: the argument of `bash -c`, all arguments of ssh. */
  readonly line: PlacedText | undefined;
  /** The program reads commands from its standard input. */
  readonly readsInput: boolean;
}

/** Takes off one program after the other that only runs the next one. */
export function unwrapWords(words: readonly PlacedText[]): Unwrapped {
  const taken: string[] = [];
  const assignments: Invocation['assignments'][number][] = [];
  let rest = words;
  for (;;) {
    const step = unwrapOnce(rest);
    if (step === undefined)
      return { wrappers: taken, assignments, words: rest, line: undefined, readsInput: false };
    if (step.words.length === 0 && step.line === undefined && !step.readsInput)
      return { wrappers: taken, assignments, words: rest, line: undefined, readsInput: false };
    taken.push(step.wrapper);
    assignments.push(...step.assignments);
    rest = step.words;
    if (step.line !== undefined || step.readsInput)
      return { wrappers: taken, assignments, words: rest, line: step.line, readsInput: step.readsInput };
  }
}

/** Base name of a program: `/usr/bin/pgbackrest` is `pgbackrest`. */
export function programName(word: PlacedText | undefined): string {
  return word === undefined ? '' : (word.value.split('/').at(-1) ?? '');
}

interface Step {
  readonly wrapper: string;
  readonly assignments: Invocation['assignments'];
  readonly words: readonly PlacedText[];
  readonly line: PlacedText | undefined;
  readonly readsInput: boolean;
}

function unwrapOnce(words: readonly PlacedText[]): Step | undefined {
  const found = findWrapper(words);
  if (found === undefined) return programName(words[0]) === 'ansible' ? unwrapAnsible(words) : undefined;
  const { wrapper } = found;
  const own = skipOwnWords(words, found.length, wrapper);
  const taken = (end: number): string => joinWords(words.slice(0, end));
  if (own.line !== undefined)
    return { wrapper: taken(own.end), assignments: [], words: [], line: own.line, readsInput: false };
  const { assignments, end } = takeAssignments(words, own.end, wrapper);
  const rest = words.slice(end);
  const common = { wrapper: taken(end), assignments };
  if (rest.length === 0)
    return { ...common, words: [], line: undefined, readsInput: wrapper.readsInput === true };
  // `bash script.sh` runs the script; there is nothing to take off.
  if (wrapper.line !== undefined && wrapper.operands === undefined) return undefined;
  if (wrapper.joins === true) return { ...common, words: [], line: joinPlaced(rest), readsInput: false };
  return { ...common, words: rest, line: undefined, readsInput: false };
}

function findWrapper(
  words: readonly PlacedText[],
): { readonly wrapper: Wrapper; readonly length: number } | undefined {
  let name = programName(words[0]);
  let at = 1;
  for (;;) {
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (wrapper !== undefined) return { wrapper, length: at };
    const valued = Object.hasOwn(optionsBeforeSubcommand, name) ? optionsBeforeSubcommand[name] : undefined;
    if (valued === undefined) return undefined;
    at = skipOptions(words, at, valued);
    const next = words[at];
    if (next === undefined) return undefined;
    name = `${name} ${next.value}`;
    at += 1;
  }
}

function skipOptions(words: readonly PlacedText[], from: number, valued: readonly string[]): number {
  let at = from;
  for (let word = words[at]; word !== undefined && isOption(word); word = words[at]) {
    at += valued.includes(word.value) ? 2 : 1;
    if (word.value === '--') break;
  }
  return at;
}

/** Options and operands of the wrapper itself; they may be mixed (`su postgres -c …`). */
function skipOwnWords(
  words: readonly PlacedText[],
  from: number,
  wrapper: Wrapper,
): { readonly end: number; readonly line: PlacedText | undefined } {
  const dashes = wrapper.dashes === undefined ? -1 : words.findIndex((word) => word.value === '--');
  if (dashes >= from) return { end: dashes + 1, line: undefined };
  if (wrapper.dashes === 'required') return { end: words.length, line: undefined };
  let operands = wrapper.operands ?? 0;
  let at = from;
  for (let word = words[at]; word !== undefined; word = words[at]) {
    const isOperand = !word.value.startsWith('-');
    if (isOperand && operands === 0) break;
    if (isOperand) operands -= 1;
    const line = isOperand ? undefined : lineOption(words, at, wrapper);
    if (line !== undefined) return { end: at + 1, line };
    at += takesNext(word.value, wrapper) ? 2 : 1;
    if (word.value === '--' && operands === 0) break;
    if (isOperand && operands === 0 && wrapper.line === undefined) break;
  }
  return { end: Math.min(at, words.length), line: undefined };
}

function lineOption(words: readonly PlacedText[], at: number, wrapper: Wrapper): PlacedText | undefined {
  const word = words[at];
  if (word === undefined || wrapper.line === undefined) return undefined;
  for (const option of wrapper.line) {
    if (option.startsWith('--') && word.value.startsWith(`${option}=`))
      return sliceOfPlaced(word, option.length + 1);
    // `-lc` and `-ec` are `-l -c`.
    const bundled =
      !option.startsWith('--') && /^-[a-zA-Z]+$/.test(word.value) && word.value.endsWith(option.slice(1));
    if (word.value === option || bundled) return words[at + 1];
  }
  return undefined;
}

/** `-u postgres`, and `-iu postgres` where options of one letter stand together. */
function takesNext(option: string, wrapper: Wrapper): boolean {
  if (wrapper.valued.includes(option)) return true;
  if (option.startsWith('--') || !/^-[a-zA-Z]{2,}$/.test(option)) return false;
  return wrapper.valued.includes(`-${option.at(-1) ?? ''}`) && !wrapper.valued.includes(option.slice(0, 2));
}

function takeAssignments(
  words: readonly PlacedText[],
  from: number,
  wrapper: Wrapper,
): { readonly assignments: Invocation['assignments']; readonly end: number } {
  const assignments: Invocation['assignments'][number][] = [];
  let end = from;
  if (wrapper.assigns !== true) return { assignments, end };
  for (let word = words[end]; word !== undefined; word = words[end]) {
    const name = /^[A-Za-z_]\w*(?==)/.exec(word.value)?.[0];
    if (name === undefined) break;
    assignments.push({
      name: { ...sliceOfPlaced(word, 0, name.length), unknown: false },
      value: sliceOfPlaced(word, name.length + 1),
    });
    end += 1;
  }
  return { assignments, end };
}

/** `ansible HOSTS -m shell -a "line"`; without `-m` it is the command module, which also takes a line of words. */
function unwrapAnsible(words: readonly PlacedText[]): Step | undefined {
  const module = valueAfter(words, ['-m', '--module-name']);
  const line = valueAfter(words, ['-a', '--args']);
  const runs = module === undefined || /(?:^|\.)(?:shell|command|raw)$/.test(module.value);
  if (!runs || line === undefined) return undefined;
  const outer = words.filter((word) => word !== line && !['-a', '--args'].includes(word.value));
  return { wrapper: joinWords(outer), assignments: [], words: [], line, readsInput: false };
}

function valueAfter(words: readonly PlacedText[], options: readonly string[]): PlacedText | undefined {
  const at = words.findIndex((word) => options.includes(word.value));
  return at < 0 ? undefined : words[at + 1];
}

/** Several words as one text, each at its place: what ssh sends to the other side. */
function joinPlaced(words: readonly PlacedText[]): PlacedText | undefined {
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    document: first.document,
    start: first.start,
    end: last.end,
    value: words.map((word) => word.value).join(' '),
    unknown: words.some((word) => word.unknown),
  };
}

function joinWords(words: readonly PlacedText[]): string {
  return words.map((word) => word.value).join(' ');
}

function isOption(word: PlacedText): boolean {
  return word.value.startsWith('-') && word.value !== '-';
}
