import { commandsOf } from '../../model/option-table.ts';
import type { PassThroughOption } from '../configuration.ts';
import { nodesOf, repositoriesOf, stanzasOf, type RuleContext, type RuleFinding } from '../rules/rule.ts';
import type { Path, PlainValue } from '../source-tree.ts';
import { checkOption, type OptionQuestion, type OptionScope } from './check-option.ts';
import { readOptionValue } from './read-option-value.ts';

/** An option without its position, which the caller looks up from the path. */
export interface ReadOption extends Omit<PassThroughOption, 'position'> {
  readonly path: Path;
}

/** All options of a file. */
export interface ReadOptions {
  readonly global: readonly PassThroughOption[];
  readonly stanzas: ReadonlyMap<string, readonly PassThroughOption[]>;
}

/** What was read, before positions are known. */
export interface OptionsReading {
  readonly global: readonly ReadOption[];
  readonly stanzas: ReadonlyMap<string, readonly ReadOption[]>;
  readonly findings: readonly RuleFinding[];
}

/** Reads and checks every `options:` map of the file against the option table and, when known, the installed version. */
export function readAllOptions({ file, version }: RuleContext): OptionsReading {
  const findings: RuleFinding[] = [];
  const mayOverride = file.engine.defaults === 'own';
  const read = (map: OptionMap, path: Path, scope: OptionScope): readonly ReadOption[] =>
    readOptionMap(map, path, { scope, version, mayOverride, findings });
  const stanzas = new Map<string, readonly ReadOption[]>();
  for (const { name, stanza, path } of stanzasOf(file)) {
    const repositories = [...repositoriesOf(stanza, path)];
    const numbers = repositories.map(({ repository }, index) => repository.number ?? index + 1);
    const nodes = nodesOf(stanza, path).map(({ node }, index) => node.number ?? index + 1);
    const own = read(stanza.options, [...path, 'options'], { kind: 'stanza', nodes, repositories: numbers });
    const ofRepositories = repositories.flatMap(({ repository, path: at }, index) =>
      read(repository.options, [...at, 'options'], { kind: 'repository', key: numbers[index] ?? 1 }),
    );
    stanzas.set(name, [...own, ...ofRepositories]);
    findings.push(...repeated([...own, ...ofRepositories]));
  }
  const global = read(file.options, ['options'], { kind: 'global' });
  return { global, stanzas, findings: [...findings, ...repeated(global)] };
}

type OptionMap = Readonly<Record<string, PlainValue>>;

/** What is the same for every entry of a map. */
interface MapContext extends Pick<OptionQuestion, 'scope' | 'version' | 'mayOverride'> {
  readonly findings: RuleFinding[];
}

function readOptionMap(
  map: OptionMap,
  path: Path,
  context: MapContext,
  command?: string,
): readonly ReadOption[] {
  const { findings, version, ...rest } = context;
  return Object.entries(map).flatMap(([name, value]) => {
    const at = [...path, name];
    if (command === undefined && isMapping(value) && commandsOf(version).includes(name)) {
      return readOptionMap(value, at, context, name);
    }
    const checked = checkOption({ ...rest, name, path: at, version, command, isMapping: isMapping(value) });
    findings.push(...checked.findings);
    if (checked.option === undefined || checked.name === undefined) return [];
    const reading = readOptionValue(checked.option, value);
    if ('value' in reading) return [{ name: checked.name, value: reading.value, command, path: at }];
    findings.push({
      rule: 'option-value',
      path: at,
      problem: `is not what the option \`${checked.name}\` takes`,
      ...reading,
      // A wrong value of an option may be a secret in the wrong place.
      secret: typeof value === 'string' && /pass|secret|key|token/i.test(name),
    });
    return [];
  });
}

/** The same option under two names (`bundle-size` and `repo1-bundle-size`): pgBackRest ends with error 31. */
function repeated(options: readonly ReadOption[]): readonly RuleFinding[] {
  const seen = new Set<string>();
  return options.flatMap((option): readonly RuleFinding[] => {
    const key = `${option.command ?? ''}:${option.name}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const problem = `gives the option \`${option.name}\` a second time`;
    return [
      { rule: 'option-repeated', path: option.path, atKey: true, problem, remedy: 'Keep one of the two.' },
    ];
  });
}

function isMapping(value: PlainValue | undefined): value is { [key: string]: PlainValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
