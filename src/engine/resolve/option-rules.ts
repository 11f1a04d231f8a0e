import type {
  DependentValue,
  EngineOption,
  OptionDependency,
  OptionRange,
} from '../../model/option-table.ts';

/** The rules of one option for one command: what the command overrides, otherwise the option's own. */
export interface OptionRules {
  readonly required: boolean;
  readonly depend: OptionDependency | undefined;
  readonly allowList: readonly string[] | undefined;
  readonly default: EngineOption['default'];
  readonly allowRange: EngineOption['allowRange'];
}

export function rulesOf(option: EngineOption, command: string): OptionRules {
  const own = option.commandOverrides?.[command];
  return {
    required: own?.required ?? option.required === true,
    depend: own?.depend ?? option.depend,
    allowList: own?.allowList ?? option.allowList,
    default: own?.default ?? option.default,
    allowRange: option.allowRange,
  };
}

/**
 * The default in the engine's notation (`y`/`n` for booleans).
 *
 * @param match value of the option it depends on, which decides for compress-level and ports
 */
export function defaultOf(
  option: EngineOption,
  rules: OptionRules,
  match: string | undefined,
): string | undefined {
  const text = chosen(rules.default, match);
  if (text === undefined || option.type !== 'boolean') return text;
  return text === 'true' ? 'y' : 'n';
}

export function rangeOf(rules: OptionRules, match: string | undefined): OptionRange | undefined {
  return chosen(rules.allowRange, match);
}

function chosen<T>(value: T | DependentValue<T> | undefined, match: string | undefined): T | undefined {
  if (!isDependent(value)) return value;
  return match === undefined ? undefined : value.by[match];
}

function isDependent<T>(value: T | DependentValue<T> | undefined): value is DependentValue<T> {
  return typeof value === 'object' && value !== null && 'by' in value;
}
