import type { EngineOption } from '../../model/option-table.ts';

/**
 * A value that stands for a placeholder: the option's default, or something of its type.
 *
 * @returns undefined where the value decides about other options (words of a list, booleans): nothing is better there
 */
export function usualValue(option: EngineOption): string | undefined {
  if (option.type === 'boolean' || option.type === 'string-id') return undefined;
  if (typeof option.default === 'string') return option.default;
  if (option.type === 'path') return '/placeholder';
  if (option.type === 'hash') return 'key=value';
  if (option.allowRange !== undefined) return 'min' in option.allowRange ? option.allowRange.min : undefined;
  return 'placeholder';
}
