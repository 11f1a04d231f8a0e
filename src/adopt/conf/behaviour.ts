import type { ConfSource } from '../../engine/conf/conf-source.ts';
import { resolveOptions, type ResolvedOptions } from '../../engine/resolve/resolve-options.ts';
import { readNumber } from '../../engine/resolve/read-option-value.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { commandsOf, findOption } from '../../model/option-table.ts';

/** What one command of the engine makes of a configuration. */
export interface Behaviour {
  readonly stanza: string | undefined;
  readonly command: string;
  readonly resolved: ResolvedOptions;
}

/** A configuration as the engine would read it. */
export interface EngineInput {
  readonly version: EngineVersion;
  readonly sources: readonly ConfSource[];
  /** `PGBACKREST_*` */
  readonly environment: Readonly<Record<string, string>>;
}

/** One option that comes out differently, for some commands of a stanza. */
export interface Difference {
  readonly stanza: string | undefined;
  readonly commands: readonly string[];
  /** Present name. */
  readonly option: string;
  /** Undefined: not set at all. Never shown when `secret`. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly secret: boolean;
}

/** Commands that say something without a stanza. */
const withoutStanza = ['info', 'repo-ls', 'repo-get', 'server', 'server-ping', 'start', 'stop'];

/** Every command of the version for every stanza, and those that need none. */
export function readBehaviours(input: EngineInput, stanzas: readonly string[]): Behaviour[] {
  const commands = commandsOf(input.version).filter((command) => command !== 'help' && command !== 'version');
  const read = (stanza: string | undefined, command: string): Behaviour => ({
    stanza,
    command,
    resolved: resolveOptions({ ...input, command, stanza, arguments: [] }),
  });
  return [
    ...stanzas.flatMap((stanza) => commands.map((command) => read(stanza, command))),
    ...commands
      .filter((command) => withoutStanza.includes(command))
      .map((command) => read(undefined, command)),
  ];
}

/**
 * Where two configurations differ in what the engine does: values that are not the same, and commands that it refuses
 * only afterwards. A default that is written out is the same as one that is not.
 */
export function compareBehaviours(
  before: readonly Behaviour[],
  after: readonly Behaviour[],
  version: EngineVersion,
): Difference[] {
  const found = new Map<string, Difference>();
  for (const [index, one] of before.entries()) {
    const other = after[index];
    if (other === undefined) throw new Error('two readings of the same commands differ in number');
    for (const difference of compareOne(one, other, version)) {
      const key = JSON.stringify({ ...difference, commands: [] });
      const earlier = found.get(key);
      const commands = [...(earlier?.commands ?? []), ...difference.commands];
      found.set(key, { ...difference, commands });
    }
  }
  return [...found.values()];
}

function compareOne(one: Behaviour, other: Behaviour, version: EngineVersion): Difference[] {
  const { stanza, command } = one;
  const names = new Set([...one.resolved.values.keys(), ...other.resolved.values.keys()]);
  const about = { stanza, commands: [command] };
  const values = [...names].flatMap((name): Difference[] => {
    const [before, after] = [textOf(one, name), textOf(other, name)];
    if (meaning(name, before, version) === meaning(name, after, version)) return [];
    return [{ ...about, option: name, before, after, secret: findOption(name)?.option.secure === true }];
  });
  const known = new Set(one.resolved.errors.map(({ code, option }) => `${code} ${presentName(option)}`));
  const errors = other.resolved.errors
    .filter(({ code, option }) => !known.has(`${code} ${presentName(option)}`))
    .map(({ code, option, problem }) => ({
      ...about,
      option: presentName(option),
      before: 'taken',
      after: `refused with [${String(code).padStart(3, '0')}]: ${problem}`,
      secret: false,
    }));
  return [...values, ...errors];
}

function presentName(option: string | undefined): string {
  return option === undefined ? 'the configuration' : (findOption(option)?.name ?? option);
}

function textOf({ resolved }: Behaviour, name: string): string | undefined {
  const value = resolved.values.get(name)?.value;
  return value === undefined || typeof value === 'string' ? value : value.toSorted().join('\n');
}

/** `1024KiB` is `1MiB`, `60` is `1m`, `/a/` is `/a`. */
function meaning(name: string, text: string | undefined, version: EngineVersion): string | undefined {
  const type = findOption(name, version)?.option.type;
  if (text === undefined || type === undefined) return text;
  if (type === 'path') return text === '/' ? text : text.replace(/\/+$/, '');
  const number = readNumber(type, text, version);
  return number === undefined ? text : String(number);
}
