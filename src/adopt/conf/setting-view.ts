import type { EngineOption } from '../../model/option-table.ts';
import { indexedName } from '../../model/option-table.ts';
import type { GivenSetting } from './given-setting.ts';

/**
 * The settings as one stanza sees them. The engine takes the first that is there of the sections `[stanza:command]`,
 * `[stanza]`, `[global:command]`, `[global]` (pgBackRest `src/config/parse.c`). A variable of the environment comes
 * before all of them, and counts here as given for all stanzas and alone.
 */
export class SettingView {
  readonly stanza: string;
  readonly #settings: readonly GivenSetting[];

  constructor(stanza: string, settings: readonly GivenSetting[]) {
    this.stanza = stanza;
    this.#settings = settings;
  }

  /** What every command sees unless a section of its own says otherwise. */
  base(name: string): GivenSetting | undefined {
    return this.#at(name, this.stanza, undefined) ?? this.#at(name, undefined, undefined);
  }

  /** What one command sees, as far as the command takes the option. */
  effective(name: string, command: string): GivenSetting | undefined {
    const found =
      this.#at(name, this.stanza, command) ??
      this.#at(name, this.stanza, undefined) ??
      this.#at(name, undefined, command) ??
      this.#at(name, undefined, undefined);
    return found?.option.commands.includes(command) === true ? found : undefined;
  }

  /** Settings of sections for one command that this stanza sees, where they differ from what all commands see. */
  overrides(name: string): { readonly command: string; readonly setting: GivenSetting }[] {
    const commands = new Set(
      this.#visible()
        .filter((setting) => setting.name === name)
        .flatMap(({ command }) => (command === undefined ? [] : [command])),
    );
    const base = this.base(name);
    return [...commands].flatMap((command) => {
      const setting = this.effective(name, command);
      if (setting === undefined || setting === base) return [];
      return sameValues(setting, base) ? [] : [{ command, setting }];
    });
  }

  /** Names of everything that this stanza sees, in the order in which it was given. */
  names(): string[] {
    return [...new Set(this.#visible().map((setting) => setting.name))];
  }

  /** Numbers of the repositories or nodes that all commands of this stanza see, in order. */
  indexes(group: 'pg' | 'repo'): number[] {
    const found = this.#visible().flatMap(({ option, index, command }) =>
      option.group === group && index !== undefined && command === undefined ? [index] : [],
    );
    return [...new Set(found)].toSorted((left, right) => left - right);
  }

  /**
   * True when another option, on which this one depends, has a value with which it counts (config.yaml, `depend`).
   *
   * @param command undefined: as all commands see it
   */
  isActive(
    { option, index }: Pick<GivenSetting, 'option' | 'index'>,
    optionOf: OptionLookup,
    command?: string,
  ): boolean {
    const { depend } = option;
    if (depend === undefined) return true;
    const wanted = optionOf(depend.option);
    // `pg-local` and `repo-local` are set by the engine itself, between its own processes.
    if (wanted === undefined || wanted.internal === true) return true;
    const other = { option: wanted, index: wanted.group === undefined ? undefined : index };
    const name = indexedName(wanted, index ?? 1);
    const setting = command === undefined ? this.base(name) : this.effective(name, command);
    const value = setting?.values[0] ?? (typeof wanted.default === 'string' ? wanted.default : undefined);
    if (value === undefined || !this.isActive(other, optionOf, command)) return false;
    return depend.values === undefined || depend.values.includes(asDependValue(value));
  }

  #visible(): GivenSetting[] {
    return this.#settings.filter(({ stanza }) => stanza === undefined || stanza === this.stanza);
  }

  #at(name: string, stanza: string | undefined, command: string | undefined): GivenSetting | undefined {
    return this.#settings.find(
      (setting) => setting.name === name && setting.stanza === stanza && setting.command === command,
    );
  }
}

export type OptionLookup = (name: string) => EngineOption | undefined;

function sameValues(one: GivenSetting, other: GivenSetting | undefined): boolean {
  return other !== undefined && JSON.stringify(one.values) === JSON.stringify(other.values);
}

/** The table writes booleans out, files do not. */
function asDependValue(value: string): string {
  return value === 'y' ? 'true' : value === 'n' ? 'false' : value;
}
