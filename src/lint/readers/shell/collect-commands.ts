import {
  forEachChild,
  type Assignment,
  type Command,
  type HereDoc,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type TestCommand,
} from 'unbash';
import type { Invocation } from '../../facts.ts';
import type { Place, PlacedText } from '../../lint-document.ts';
import { placeIn } from './mapped-text.ts';
import { readRange, readWord, type ShellSource } from './read-word.ts';

/** A text that follows `<<EOF`, by its range in the source. */
export interface HereText {
  readonly start: number;
  readonly end: number;
}

/** A simple command as it stands in the text, before `sudo` and the like are taken off. */
export interface FoundCommand {
  readonly place: Place;
  readonly words: readonly PlacedText[];
  readonly assignments: Invocation['assignments'];
  readonly redirections: readonly PlacedText[];
  readonly hereTexts: readonly HereText[];
  readonly after: Invocation['after'];
}

type Operator = Invocation['after'];

/**
 * The simple commands of a tree in the order of the text. `then` counts as `&&` (as `||` after `if !`), `else` as `;`.
 * The commands of `$(…)` follow the whole line that they stand in, so that `a && b $(c) || d` keeps a, b and d together;
 * where a line only assigns, as in `x=$(c) || d`, they take its place.
 */
export function collectCommands(source: ShellSource, statements: readonly Statement[]): FoundCommand[] {
  const collector = new Collector(source);
  collector.takeStatements(statements, undefined);
  return collector.found;
}

class Collector {
  readonly found: FoundCommand[] = [];
  readonly #source: ShellSource;
  #substitutions: SyntaxNode[] = [];

  constructor(source: ShellSource) {
    this.#source = source;
  }

  /** Each statement, and after it what stood in `$(…)` in it. */
  takeStatements(statements: readonly Statement[], first: Operator): void {
    let after = first;
    for (const statement of statements) {
      const outer = this.#substitutions;
      this.#substitutions = [];
      this.#takeNode(statement.command, this.found.length === 0 ? undefined : (after ?? ';'));
      const inner = this.#substitutions;
      this.#substitutions = outer;
      for (const node of inner) this.#takeSubstitution(node, undefined);
      after = statement.background === true ? '&' : ';';
    }
  }

  #takeNode(node: SyntaxNode, after: Operator): void {
    switch (node.type) {
      case 'Command':
        this.#takeCommand(node, after);
        return;
      case 'Pipeline':
        node.commands.forEach((command, index) => this.#takeNode(command, index === 0 ? after : '|'));
        return;
      case 'AndOr':
        node.commands.forEach((command, index) => {
          this.#takeNode(command, index === 0 ? after : node.operators[index - 1]);
        });
        return;
      case 'If':
      case 'Elif':
        this.#takeNode(node.clause, after);
        this.takeStatements(node.then.commands, isNegated(node.clause.commands) ? '||' : '&&');
        if (node.type === 'If') this.#takeElse(node.elif, node.else);
        return;
      case 'CompoundList':
        this.takeStatements(node.commands, after);
        return;
      case 'TestCommand':
        this.#takeTest(node, after);
        return;
      case 'Word':
        this.#keepSubstitutions(node);
        return;
      default:
        this.#takeChildren(node, after);
    }
  }

  #takeElse(elifs: readonly SyntaxNode[], otherwise: SyntaxNode | undefined): void {
    for (const elif of elifs) this.#takeNode(elif, ';');
    if (otherwise !== undefined) this.#takeNode(otherwise, ';');
  }

  /** Loops, functions, groups: what is in them, in order. */
  #takeChildren(node: SyntaxNode, after: Operator): void {
    let next = after;
    forEachChild(node, (child) => {
      this.#takeNode(child, next);
      next = ';';
    });
  }

  #takeCommand(command: Command, after: Operator): void {
    if (command.name === undefined) {
      let next = after;
      for (const prefix of command.prefix)
        for (const node of substitutionsIn(prefix)) {
          this.#takeSubstitution(node, next);
          next = ';';
        }
      return;
    }
    this.#keepSubstitutions(command);
    this.found.push({
      place: placeIn(this.#source.mapped, command.pos, command.end),
      words: [command.name, ...command.args].map((word) => this.#wordOf(word)),
      assignments: command.prefix.flatMap((part) =>
        part.type === 'Assignment' ? [this.#assignmentOf(part)] : [],
      ),
      redirections: command.redirects.map((part) => readRange(this.#source, part.pos, part.end)),
      hereTexts: command.redirects.filter(isHereDoc).map((part) => ({
        start: part.body.pos,
        end: part.body.end,
      })),
      after,
    });
  }

  #wordOf(word: Command['args'][number]): PlacedText {
    if (word.type === 'Word') return readWord(this.#source, word);
    const whole = placeIn(this.#source.mapped, word.pos, word.end);
    const { name, value } = this.#assignmentOf(word);
    return { ...whole, value: `${name.value}=${value.value}`, unknown: value.unknown };
  }

  #assignmentOf(part: Assignment): { name: PlacedText; value: PlacedText } {
    const name = readRange(this.#source, part.pos, part.pos + part.name.length);
    const value =
      part.value.type === 'Word'
        ? readWord(this.#source, part.value)
        : { ...readRange(this.#source, part.value.pos, part.value.end), unknown: true };
    return { name, value };
  }

  /** `[[ … ]]` as a command of that name with the words of its conditions. */
  #takeTest(node: TestCommand, after: Operator): void {
    this.#keepSubstitutions(node);
    const { mapped } = this.#source;
    const words = [readRange(this.#source, node.pos, node.pos + 2)];
    const visit = (part: SyntaxNode): void => {
      if (part.type === 'TestUnary') {
        const start = mapped.text.indexOf(part.operator, part.pos);
        words.push(readRange(this.#source, start, start + part.operator.length));
      }
      if (part.type === 'Word') words.push(readWord(this.#source, part));
      else forEachChild(part, visit);
    };
    forEachChild(node, visit);
    const place = placeIn(mapped, node.pos, node.end);
    this.found.push({ place, words, assignments: [], redirections: [], hereTexts: [], after });
  }

  #keepSubstitutions(node: SyntaxNode): void {
    this.#substitutions.push(...substitutionsIn(node));
  }

  #takeSubstitution(node: SyntaxNode, after: Operator): void {
    if (!('script' in node) || node.script === undefined) return;
    // A script in backticks with escapes has a text of its own, whose places are not those of the document.
    if (node.script.source !== undefined) return;
    this.takeStatements(node.script.commands, after);
  }
}

const substitutionTypes = new Set(['CommandExpansion', 'ProcessSubstitution', 'ArithmeticCommandExpansion']);

/** The outermost `$(…)`, backticks and `<(…)`. */
function substitutionsIn(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (part: SyntaxNode): void => {
    if (substitutionTypes.has(part.type)) found.push(part);
    else if (part.type !== 'HereDoc') forEachChild(part, visit);
  };
  forEachChild(node, visit);
  return found;
}

function isNegated(statements: readonly Statement[]): boolean {
  const command = statements.at(-1)?.command;
  return command?.type === 'Pipeline' && command.prefixes.some((prefix) => prefix.type === 'Negation');
}

function isHereDoc(redirection: Redirection): redirection is HereDoc {
  return redirection.type === 'HereDoc';
}
