import type { ConfigurationProbe } from '../../engine/probe/probe-configuration.ts';
import { probedCommands } from '../../engine/probe/probe-configuration.ts';
import type { ProbeVerdict } from '../../engine/probe/probe-verdict.ts';
import { type ParseVerdict, parseVerdict } from '../../engine/resolve/parse-verdict.ts';
import { findOption } from '../../model/option-table.ts';
import type { LintFinding, RuleFinding } from '../lint-finding.ts';
import type { LintProject, RuleDescription } from '../lint-rule.ts';
import { configurationsOf, type EngineConfiguration } from './engine-configurations.ts';
import { engineDisagrees, engineRefuses } from './engine-verdict-rules.ts';

/** A finding of the engine, to be filled in with its rule. */
export interface EngineFinding {
  readonly rule: RuleDescription;
  readonly finding: RuleFinding;
}

interface CommandVerdict {
  readonly command: string;
  readonly ours: ParseVerdict;
  readonly theirs: ProbeVerdict;
}

/**
 * Lets the engine read every configuration of a project once for each command, and merges its verdict with ours: what
 * it refuses and no rule has said of that line, and where it is of another opinion than we are.
 *
 * Nothing is touched: see ConfigurationProbe. The engine must be of the version that the project is judged for.
 *
 * @param own findings of the rules
 * @throws SpawnError when the engine cannot be started
 */
export async function judgeByEngine(
  project: LintProject,
  own: readonly LintFinding[],
  probe: Pick<ConfigurationProbe, 'judge'>,
): Promise<readonly EngineFinding[]> {
  const found: EngineFinding[] = [];
  for (const configuration of configurationsOf(project)) {
    for (const stanza of configuration.stanzas) {
      const verdicts: CommandVerdict[] = [];
      for (const command of probedCommands) {
        const request = { stanza, sources: configuration.sources, environment: {} };
        const ours = parseVerdict({ version: project.engineVersion, command, ...request, arguments: [] });
        verdicts.push({ command, ours, theirs: await probe.judge(command, request) });
      }
      found.push(...refusals(configuration, verdicts, own), ...disagreements(configuration, verdicts));
    }
  }
  return found;
}

/** One finding for each thing that the engine stops at, with the commands that it stops. */
function* refusals(
  configuration: EngineConfiguration,
  verdicts: readonly CommandVerdict[],
  own: readonly LintFinding[],
): Generator<EngineFinding> {
  const byProblem = new Map<string, CommandVerdict[]>();
  for (const verdict of verdicts) {
    const { code, message = '' } = verdict.theirs;
    if (code === undefined || isLeftOut(configuration, verdict)) continue;
    const key = `${code} ${message.replace(verdict.command, '')}`;
    byProblem.set(key, [...(byProblem.get(key) ?? []), verdict]);
  }
  for (const refused of byProblem.values()) {
    const [first] = refused;
    if (first === undefined || isSaid(configuration, first, own)) continue;
    const commands = refused.map(({ command }) => command);
    const rest = verdicts.filter(({ theirs }) => theirs.code === undefined).map(({ command }) => command);
    yield {
      rule: engineRefuses,
      finding: {
        place: placeOf(configuration, first),
        problem: `${commands.join(', ')}: ${first.theirs.message ?? ''}`,
        remedy: `correct it for ${commands.join(', ')}. ${rest.length === 0 ? 'No command takes the file.' : `These take it: ${rest.join(', ')}.`}`,
        engineError: first.theirs.code,
      },
    };
  }
}

/** What is only missing may come from a file that was not given: secrets always, everything for a part of a file. */
function isLeftOut({ document, stanzas }: EngineConfiguration, { theirs }: CommandVerdict): boolean {
  if (theirs.code !== 37) return false;
  const option = /requires option: (\S+)/.exec(theirs.message ?? '')?.[1] ?? '';
  const secure = findOption(option)?.option.secure === true;
  return secure || document.container !== undefined || stanzas[0] === undefined;
}

/** A rule has said it of that line, or of the option that is missing. */
function isSaid(
  configuration: EngineConfiguration,
  verdict: CommandVerdict,
  own: readonly LintFinding[],
): boolean {
  const place = placeOf(configuration, verdict);
  const { file, line } = place.document.positionOf(place.start);
  return own.some(
    ({ position, engineError }) =>
      position.file === file &&
      engineError === verdict.theirs.code &&
      (position.line === line || verdict.ours.error?.entry === undefined),
  );
}

function* disagreements(
  configuration: EngineConfiguration,
  verdicts: readonly CommandVerdict[],
): Generator<EngineFinding> {
  for (const verdict of verdicts) {
    const { command, ours, theirs } = verdict;
    const sameWarnings = theirs.code !== undefined || sameNames(ours.warned, theirs.warned);
    if (ours.error?.code === theirs.code && sameWarnings) continue;
    yield {
      rule: engineDisagrees,
      finding: {
        place: placeOf(configuration, verdict),
        problem: `${command}: the engine says ${describe(theirs)}, Holdfast ${describe({
          code: ours.error?.code,
          message: ours.error?.problem,
          warned: ours.warned,
        })}`,
        remedy: 'believe the engine, and report this line.',
        engineError: theirs.code,
      },
    };
  }
}

function describe({ code, message, warned }: ProbeVerdict): string {
  if (code !== undefined) return `[${String(code).padStart(3, '0')}] ${message ?? ''}`;
  return warned.length === 0 ? 'nothing' : `a warning about ${warned.join(', ')}`;
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, position) => name === right[position]);
}

function placeOf(configuration: EngineConfiguration, { ours }: CommandVerdict): RuleFinding['place'] {
  const entry = ours.error?.entry ?? ours.warnings[0]?.entry;
  const place = entry === undefined ? undefined : configuration.placeOf(entry);
  const { document } = configuration;
  return place ?? { document, start: 0, end: Math.max(0, document.text.indexOf('\n')) };
}
