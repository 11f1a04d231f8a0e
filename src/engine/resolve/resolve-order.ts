import type { EngineVersion } from '../../model/engine-version.ts';
import { type EngineOption, optionsOf } from '../../model/option-table.ts';

const orders = new Map<string, readonly EngineOption[]>();

/**
 * The order in which the engine judges options, which decides which of several errors it reports: `stanza`, then by
 * name, each after what it depends on for any command (pgBackRest, generated `optionResolveOrder`).
 */
export function resolveOrder(version: EngineVersion): readonly EngineOption[] {
  const key = `${version.major}.${version.minor}.${version.patch}`;
  const known = orders.get(key);
  if (known !== undefined) return known;
  const order = orderOf(optionsOf(version));
  orders.set(key, order);
  return order;
}

function orderOf(options: readonly EngineOption[]): readonly EngineOption[] {
  const byName = options.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  let waiting = [
    ...byName.filter((option) => option.name === 'stanza'),
    ...byName.filter((option) => option.name !== 'stanza'),
  ];
  const ordered: EngineOption[] = [];
  const done = new Set<string>();
  while (waiting.length > 0) {
    const before = ordered.length;
    const later: EngineOption[] = [];
    for (const option of waiting) {
      if (dependenciesOf(option).every((name) => done.has(name))) {
        ordered.push(option);
        done.add(option.name);
      } else later.push(option);
    }
    if (ordered.length === before)
      throw new Error(`options depend on each other: ${later.map((option) => option.name).join(', ')}`);
    waiting = later;
  }
  return ordered;
}

function dependenciesOf(option: EngineOption): readonly string[] {
  const rules = [option.depend, ...Object.values(option.commandOverrides ?? {}).map((rule) => rule.depend)];
  return rules.flatMap((rule) => (rule === undefined ? [] : [rule.option]));
}
