import { type EngineOption, indexedName } from '../../model/option-table.ts';
import type { GivenOption } from './given-options.ts';
import type { OptionOrigin } from './resolved-options.ts';

/** An option after the engine judged it. */
export interface SettledOption {
  readonly option: EngineOption;
  readonly index: number;
  readonly origin: OptionOrigin;
  /** As written; undefined when it has no value. */
  readonly values: readonly string[] | undefined;
  readonly given: GivenOption | undefined;
}

/** The options of one command, with the indexes of its groups. */
export class SettledOptions {
  readonly #settled = new Map<string, SettledOption>();
  readonly indexes: Readonly<Record<'pg' | 'repo', number[]>>;
  /** The given index that became index 1, where only one was left. */
  readonly renumbered: Partial<Record<'pg' | 'repo', number>> = {};

  constructor(indexes: Readonly<Record<'pg' | 'repo', number[]>>) {
    this.indexes = indexes;
  }

  set(settled: SettledOption): void {
    this.#settled.set(indexedName(settled.option, settled.index), settled);
  }

  /** @param name full present name: `repo1-path` */
  find(name: string): SettledOption | undefined {
    return this.#settled.get(name);
  }

  /** The value as written; undefined when there is none. */
  text(name: string): string | undefined {
    return this.#settled.get(name)?.values?.[0];
  }

  /** Takes away what was settled for indexes that turned out not to exist. */
  dropIndex(group: 'pg' | 'repo', index: number): void {
    const position = this.indexes[group].indexOf(index);
    if (position >= 0) this.indexes[group].splice(position, 1);
    for (const [name, settled] of this.#settled) {
      if (settled.option.group === group && settled.index === index) this.#settled.delete(name);
    }
  }

  all(): readonly (readonly [string, SettledOption])[] {
    return [...this.#settled];
  }
}
