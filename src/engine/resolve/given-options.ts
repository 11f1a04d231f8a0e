import { type EngineOption, indexedName } from '../../model/option-table.ts';
import type { ConfEntry, ConfSource } from '../conf/conf-source.ts';
import type { OptionError, OptionOrigin, OptionProblem } from './resolved-options.ts';

/** An option that somebody gave, not yet judged. */
export interface GivenOption {
  readonly option: EngineOption;
  readonly index: number;
  readonly origin: Exclude<OptionOrigin, 'default'>;
  /** `no-x`, or `x=n` of a boolean. */
  readonly negated: boolean;
  readonly reset: boolean;
  readonly values: string[];
  readonly entry?: ConfEntry | undefined;
  readonly source?: ConfSource | undefined;
}

/**
 * What was given, by option and index. Who gives first wins: the command line, then the environment, then sections of
 * the files from the most special one on. Problems are collected in the order in which the engine meets them.
 */
export class GivenOptions {
  readonly errors: OptionError[] = [];
  readonly warnings: OptionProblem[] = [];
  readonly #given = new Map<string, GivenOption>();

  find(option: EngineOption, index: number): GivenOption | undefined {
    return this.#given.get(indexedName(option, index));
  }

  add(given: GivenOption): void {
    this.#given.set(indexedName(given.option, given.index), given);
  }

  all(): readonly GivenOption[] {
    return [...this.#given.values()];
  }

  refuse(code: number, problem: OptionProblem): void {
    this.errors.push({ code, ...problem });
  }

  warn(problem: OptionProblem): void {
    this.warnings.push(problem);
  }
}
