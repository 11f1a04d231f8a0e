import type { Command, CompoundList, Statement, SyntaxNode } from 'unbash';
import type { CommandUse } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import { mapPlaced, type MappedText } from '../../readers/shell/mapped-text.ts';
import { parseShell } from '../../readers/shell/parse-shell.ts';
import { prepareShellText } from '../../readers/shell/read-command-list.ts';
import type { ShellSource } from '../../readers/shell/read-word.ts';
import { readSimpleCommand } from './read-simple-command.ts';
import type { ProgramResult, ProgramRun } from './run-program.ts';

/** One way that a command can end. */
export interface CommandOutcome {
  /** What the caller sees. */
  readonly status: 'zero' | 'nonzero';
  /** True when a program that does what the whole is for ran and succeeded. */
  readonly archived: boolean;
  /** What had to happen for it to end so, in order: `test ! -f /x` succeeds. */
  readonly trace: readonly string[];
}

/** Tells what can come of one program. */
export type ProgramRunner = (run: ProgramRun) => ProgramResult;

/**
 * Every way that a command can end, found by following the shell's rules for lists, pipelines, conditions and groups
 * (POSIX Shell Command Language, 2.9) without running anything. `run` says what can come of each program.
 *
 * @returns undefined when it cannot be told: the command is a placeholder, defines functions, or tests a status that
 *   it kept before
 */
export function commandOutcomes(
  command: PlacedText,
  use: CommandUse,
  run: ProgramRunner,
): readonly CommandOutcome[] | undefined {
  try {
    const states = runText(mapPlaced(command), { use, run }, 0);
    return states.map(({ status, archived, trace }) => ({ status, archived, trace }));
  } catch (error) {
    if (error instanceof CannotTell) return undefined;
    throw error;
  }
}

/** Leaves the interpretation from any depth; never leaves this file. */
class CannotTell extends Error {}

interface State extends CommandOutcome {
  /** `exit` was met: nothing after it runs. */
  readonly ended: boolean;
  readonly errexit: boolean;
  /** Inside a condition, before `&&` or `||`, or after `!`, where `set -e` is without effect (POSIX 2.14, set). */
  readonly guarded: boolean;
  readonly pipefail: boolean;
}

interface Context {
  readonly use: CommandUse;
  readonly run: ProgramRunner;
}

const start: State = {
  status: 'zero',
  archived: false,
  trace: [],
  ended: false,
  errexit: false,
  guarded: false,
  pipefail: false,
};
const deepest = 5;

function runText(mapped: MappedText, context: Context, depth: number): State[] {
  if (depth > deepest) throw new CannotTell();
  const source = prepareShellText(mapped, context.use);
  const script = parseShell(source.masked);
  if ((script.errors ?? []).length > 0) throw new CannotTell();
  return new Runner(source, context, depth).statements(script.commands, [start]);
}

class Runner {
  readonly #source: ShellSource;
  readonly #context: Context;
  readonly #depth: number;

  constructor(source: ShellSource, context: Context, depth: number) {
    this.#source = source;
    this.#context = context;
    this.#depth = depth;
  }

  statements(statements: readonly Statement[], states: readonly State[]): State[] {
    let current = [...states];
    for (const statement of statements)
      current = this.#each(current, (state) => this.#statement(statement, state));
    return current;
  }

  #statement(statement: Statement, state: State): State[] {
    const after = this.#node(statement.command, state);
    if (statement.background !== true) return after;
    // The shell does not wait: it goes on with 0 whatever becomes of it (POSIX 2.9.3.1).
    const trace = [...state.trace, 'the command in the background may still fail'];
    return [{ ...state, status: 'zero', trace }];
  }

  #node(node: SyntaxNode, state: State): State[] {
    switch (node.type) {
      case 'Command':
        return this.#command(node, state).map(endOnError);
      case 'Pipeline':
        return this.#pipeline(node, state);
      case 'AndOr':
        return this.#andOr(node, state);
      case 'If':
        return this.#condition(node, state);
      case 'BraceGroup':
        return this.#list(node.body, state);
      case 'Subshell':
        return this.#list(node.body, state).map((after) => endOnError(backInShell(after, state)));
      case 'Redirected':
        return this.#node(node.command, state);
      case 'While':
      case 'For':
        return dedupe([{ ...state, status: 'zero' }, ...this.#list(node.body, state)]);
      case 'Case':
        return dedupe([
          { ...state, status: 'zero' },
          ...node.items.flatMap((item) => this.#list(item.body, state)),
        ]);
      case 'TestCommand':
        return this.#program({ words: [this.#textOf(node)], redirections: [] }, state).map(endOnError);
      default:
        throw new CannotTell();
    }
  }

  #list(list: CompoundList, state: State): State[] {
    return this.statements(list.commands, [state]);
  }

  #andOr(node: SyntaxNode & { type: 'AndOr' }, state: State): State[] {
    let current: State[] = [state];
    node.commands.forEach((command, index) => {
      const operator = index === 0 ? undefined : node.operators[index - 1];
      const wanted = operator === '&&' ? 'zero' : operator === '||' ? 'nonzero' : undefined;
      const isLast = index === node.commands.length - 1;
      current = this.#each(current, (one) => {
        if (wanted !== undefined && one.status !== wanted) return [one];
        return isLast ? this.#node(command, one) : this.#guarded(one, (inner) => this.#node(command, inner));
      });
    });
    return current;
  }

  #pipeline(node: SyntaxNode & { type: 'Pipeline' }, state: State): State[] {
    const negated = node.prefixes.some((prefix) => prefix.type === 'Negation');
    const run = (inner: State): State[] =>
      node.commands.length > 1
        ? this.#pipe(node.commands, inner)
        : node.commands.flatMap((command) => this.#node(command, inner));
    if (!negated) return run(state);
    return this.#guarded(state, run).map((after) => {
      if (after.ended) return after;
      return { ...after, status: after.status === 'zero' ? 'nonzero' : 'zero' };
    });
  }

  /** The parts run side by side, each in a shell of its own; the status is the last one's (POSIX 2.9.2). */
  #pipe(commands: readonly SyntaxNode[], state: State): State[] {
    let current: State[] = [{ ...state, status: 'zero' }];
    for (const command of commands) {
      current = dedupe(
        current.flatMap((before) =>
          this.#node(command, before).map((after): State => {
            const failed = before.status === 'nonzero' && state.pipefail;
            const archived = before.archived || after.archived;
            return { ...backInShell(after, state), status: failed ? 'nonzero' : after.status, archived };
          }),
        ),
      );
    }
    return current.map(endOnError);
  }

  #guarded(state: State, run: (inner: State) => State[]): State[] {
    return run({ ...state, guarded: true }).map((after) => ({ ...after, guarded: state.guarded }));
  }

  #condition(node: SyntaxNode & { type: 'If' }, state: State): State[] {
    const branches = [node, ...node.elif];
    const ended: State[] = [];
    let open: State[] = [state];
    for (const branch of branches) {
      const decided = this.#each(open, (one) =>
        this.#guarded(one, (inner) => this.#list(branch.clause, inner)),
      );
      ended.push(...decided.filter((one) => one.ended));
      const running = decided.filter((one) => !one.ended);
      ended.push(
        ...this.#each(
          running.filter((one) => one.status === 'zero'),
          (one) => this.#list(branch.then, one),
        ),
      );
      open = running.filter((one) => one.status === 'nonzero');
    }
    const otherwise = node.else;
    const rest =
      otherwise === undefined
        ? open.map((one): State => ({ ...one, status: 'zero' }))
        : this.#each(open, (one) => this.#list(otherwise, one));
    return dedupe([...ended, ...rest]);
  }

  #command(command: Command, state: State): State[] {
    const simple = readSimpleCommand(this.#source, command);
    if (simple === undefined) return [{ ...state, status: 'zero' }];
    if (simple.line === undefined) return this.#program(simple, state);
    return runText(simple.line, this.#context, this.#depth + 1).map((after) => ({
      ...backInShell(after, state),
      archived: after.archived || state.archived,
      trace: [...state.trace, ...after.trace],
    }));
  }

  #program(run: ProgramRun, state: State): State[] {
    const result = this.#context.run(run);
    if (result === 'unknown') throw new CannotTell();
    if (result === 'exit') return [{ ...state, ended: true }];
    if ('exit' in result)
      return [
        { ...state, status: result.exit, ended: true, trace: [...state.trace, `\`${result.name}\` ends it`] },
      ];
    if ('set' in result) return [{ ...state, status: 'zero', ...result.set }];
    return result.statuses.map((status) => ({
      ...state,
      status,
      archived: state.archived || (result.archives && status === 'zero'),
      trace: [...state.trace, traceOf(result.name, status, result.statuses.length > 1)],
    }));
  }

  #textOf(node: SyntaxNode): PlacedText {
    const value = this.#source.mapped.text.slice(node.pos, node.end);
    return { document: this.#source.mapped.document, start: 0, end: 0, value, unknown: false };
  }

  #each(states: readonly State[], run: (state: State) => State[]): State[] {
    return dedupe(states.flatMap((state) => (state.ended ? [state] : run(state))));
  }
}

/** What `set -e` does after a program, a pipe or a subshell that failed. */
function endOnError(state: State): State {
  const ends = state.errexit && !state.guarded && state.status === 'nonzero';
  return ends ? { ...state, ended: true } : state;
}

/** `exit` and `set` in a subshell are its own. */
function backInShell(inner: State, outer: State): State {
  const { errexit, guarded, pipefail } = outer;
  return { ...inner, ended: false, errexit, guarded, pipefail };
}

function traceOf(name: string, status: 'zero' | 'nonzero', mayDiffer: boolean): string {
  if (!mayDiffer) return `\`${name}\` always ${status === 'zero' ? 'succeeds' : 'fails'}`;
  return `\`${name}\` ${status === 'zero' ? 'succeeds' : 'fails'}`;
}

/** States that differ in nothing but how they were reached are one; the shortest way to it is kept. */
function dedupe(states: readonly State[]): State[] {
  const kept = new Map<string, State>();
  for (const state of states) {
    const key = `${state.status} ${state.archived} ${state.ended} ${state.errexit} ${state.pipefail}`;
    const known = kept.get(key);
    if (known === undefined || state.trace.length < known.trace.length) kept.set(key, state);
  }
  return [...kept.values()];
}
