import { optionNamed, type EngineOption } from '../../model/option-table.ts';
import { readOptionValue } from '../options/read-option-value.ts';
import type { Path, PlainValue } from '../source-tree.ts';
import { stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

type OptionMap = Readonly<Record<string, PlainValue>>;

/** Seconds that pgBackRest takes by itself (configuration reference). */
const defaultTimeouts = { 'db-timeout': 1800, 'protocol-timeout': 1860 } as const;

/** Pass-through options that contradict each other or an objective. */
export function* checkPassThrough({ file, version }: RuleContext): Iterable<RuleFinding> {
  const optionOf = (name: string): EngineOption | undefined => optionNamed(name, version);
  yield* checkTimeouts(file.options, {}, ['options'], optionOf);
  for (const { stanza, path } of stanzasOf(file)) {
    const at = [...path, 'options'];
    yield* checkTimeouts(stanza.options, file.options, at, optionOf);
    const place = placeOf('archive-push-queue-max', [
      [stanza.options, at],
      [file.options, ['options']],
    ]);
    if (place === undefined || stanza.objectives.rpo === undefined) continue;
    yield {
      rule: 'queue-drops-wal',
      severity: 'warning',
      path: place,
      problem: `beyond this size pgBackRest drops WAL and reports success, against the objective \`rpo\` of ${path.at(-1) ?? ''}`,
      remedy: 'Remove it and watch the free space instead, or remove the objective.',
    };
  }
}

/** pgBackRest ends with an error unless protocol-timeout is greater than db-timeout (`src/config/load.c`). */
function* checkTimeouts(
  own: OptionMap,
  outer: OptionMap,
  path: Path,
  optionOf: (name: string) => EngineOption | undefined,
): Iterable<RuleFinding> {
  const given = (['protocol-timeout', 'db-timeout'] as const).find((name) => Object.hasOwn(own, name));
  if (given === undefined) return;
  const seconds = (name: keyof typeof defaultTimeouts): number => {
    const value = own[name] ?? outer[name];
    const option = optionOf(name);
    if (value === undefined || option === undefined) return defaultTimeouts[name];
    const reading = readOptionValue(option, value);
    return 'value' in reading ? Number(reading.value) : Number.NaN;
  };
  const [database, protocol] = [seconds('db-timeout'), seconds('protocol-timeout')];
  // A value that is wrong in itself is NaN here, and every comparison with it is false.
  if (!(protocol <= database)) return;
  yield {
    rule: 'timeouts',
    path: [...path, given],
    problem: `protocol-timeout (${protocol}s) must be greater than db-timeout (${database}s)`,
    remedy: 'Raise `protocol-timeout` or lower `db-timeout`; without them it is 31m and 30m.',
  };
}

function placeOf(name: string, maps: readonly (readonly [OptionMap, Path])[]): Path | undefined {
  for (const [map, path] of maps) {
    if (Object.hasOwn(map, name)) return [...path, name];
    const nested = map['archive-push'];
    if (typeof nested === 'object' && nested !== null && Object.hasOwn(nested, name))
      return [...path, 'archive-push', name];
  }
  return undefined;
}
