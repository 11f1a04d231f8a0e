import { isAtLeast, type EngineVersion } from '../../model/engine-version.ts';
import { formatPath } from '../../config/source-tree.ts';
import type { Problem } from '../../model/source-position.ts';
import type { DraftNote } from '../draft.ts';
import type { Behaviour, Difference } from './behaviour.ts';
import type { DraftBuilder, DraftOrigin } from './draft-builder.ts';
import type { EngineVariable, GivenSetting } from './given-setting.ts';
import { listed } from './source-lines.ts';

/** Commands that an installation lives by; others need words that only a person gives. */
const dailyCommands = new Set([
  'archive-push',
  'archive-get',
  'backup',
  'check',
  'expire',
  'info',
  'restore',
]);

/** What comes out differently was not carried over, whatever the reason. What was told of already is not told again. */
export function noteDifferences(
  builder: DraftBuilder,
  differences: readonly Difference[],
  settings: readonly GivenSetting[],
): void {
  // One option of a repository that is missing takes a dozen along: they are one note.
  const groups = Map.groupBy(differences, ({ stanza, commands, option }) =>
    JSON.stringify([stanza, commands, /^(?:repo|pg)\d+/.exec(option)?.[0] ?? option]),
  );
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { stanza, commands, option } = first;
    const setting = settings.find(
      ({ name, stanza: own }) => name === option && (own === undefined || own === stanza),
    );
    const position = setting?.position;
    const known = builder.notes.some(
      (note) => note.kind === 'not-carried' && position !== undefined && samePlace(note.position, position),
    );
    if (known) continue;
    const about = `For ${listed(commands)}${stanza === undefined ? ' without a stanza' : ` of stanza ${stanza}`}`;
    const what = setting?.written ?? option;
    const why = `${about} it comes out differently: ${listed(group.map(describeDifference))}.`;
    builder.notes.push({ kind: 'not-carried', severity: 'critical', what, why, position });
  }
}

function describeDifference({ option, before, after, secret }: Difference): string {
  const [was, is] = secret ? ['one value', 'another'] : [before ?? 'not set', after ?? 'not set'];
  return `${option} was ${was} and would be ${is}`;
}

function samePlace(one: DraftNote['position'], other: NonNullable<DraftNote['position']>): boolean {
  return one?.file === other.file && one.line === other.line && one.column === other.column;
}

/** What the engine refuses as things are, and will go on refusing. */
export function noteRefusals(behaviours: readonly Behaviour[]): DraftNote[] {
  const found = new Map<string, { stanza: string; what: string; problem: string; commands: string[] }>();
  for (const { stanza, command, resolved } of behaviours) {
    if (stanza === undefined || !dailyCommands.has(command)) continue;
    for (const { code, option, problem } of resolved.errors) {
      const number = `[${String(code).padStart(3, '0')}]`;
      const key = [stanza, number, option].join(' ');
      const known = found.get(key);
      if (known !== undefined) known.commands.push(command);
      else
        found.set(key, {
          stanza,
          what: option ?? number,
          problem: `${number}: ${problem}`,
          commands: [command],
        });
    }
  }
  return [...found.values()].map(({ stanza, what, problem, commands }): DraftNote => ({
    kind: 'kept',
    severity: 'warning',
    what,
    why: `The engine refuses ${listed(commands)} of stanza ${stanza} as things are (${problem}).`,
    position: undefined,
  }));
}

/** Variables that make the engine fail. */
export function noteVariables(
  variables: readonly EngineVariable[],
  refused: ReadonlyMap<string, string>,
): DraftNote[] {
  return variables.flatMap(({ name, position }): DraftNote[] => {
    const problem = refused.get(name);
    if (problem === undefined) return [];
    const why = `With this variable the engine refuses commands (${problem}. Without it they run.`;
    return [{ kind: 'not-carried', severity: 'critical', what: name, why, position }];
  });
}

/** What looks like a comment behind a value is a part of it (pgBackRest `src/common/ini.c`). */
export function noteComments(settings: readonly GivenSetting[]): DraftNote[] {
  return settings
    .filter(({ values, fromEnvironment }) => !fromEnvironment && values.some((value) => /\s#/.test(value)))
    .map(({ written, position }): DraftNote => ({
      kind: 'kept',
      severity: 'critical',
      what: written,
      why: 'Everything behind = is its value, and the text behind # too: comments stand on lines of their own. The file says the whole value, as the engine takes it.',
      position,
    }));
}

/** Before 2.53 the engine reads a number of seconds and passes over the unit behind it. */
export function noteTimes(settings: readonly GivenSetting[], version: EngineVersion): DraftNote[] {
  if (isAtLeast(version, 53)) return [];
  return settings
    .filter(({ option, values }) => option.type === 'time' && /\d\s*(?:ms|m|h|d|w)$/i.test(values[0] ?? ''))
    .map(({ written, values, position }): DraftNote => ({
      kind: 'kept',
      severity: 'warning',
      what: written,
      why: `Units of time came with pgBackRest 2.53: ${version.text} takes ${values[0] ?? ''} for ${parseFloat(values[0] ?? '')} seconds. The file says these seconds.`,
      position,
    }));
}

/** What Holdfast would not have written so. It is in the file as it was. */
export function noteKept(problems: readonly Problem[], builder: DraftBuilder): DraftNote[] {
  const own = problems.filter(({ rule }) => rule !== 'literal-secret');
  const elsewhere = builder.paths().filter((path) => path[2] === 'repositories' && path[4] === 'host');
  const isDecidedThere = ({ rule, path }: Problem): boolean =>
    (rule === 'no-retention' || rule === 'not-encrypted') &&
    elsewhere.some((host) => path.startsWith(`${formatPath(host.slice(0, 4))}.`));
  const hosts = own.some(isDecidedThere)
    ? elsewhere.flatMap((path) => builder.originsOf(path).slice(0, 1))
    : [];
  return [
    ...[...new Map(hosts.map((origin) => [origin.written, origin])).values()].map(noteRepositoryHost),
    ...own
      .filter((problem) => !isDecidedThere(problem))
      .map((problem): DraftNote => {
        const origin = originOf(problem.path, builder);
        return {
          kind: 'kept',
          severity: 'warning',
          what: origin?.written ?? problem.path,
          why: `${capital(problem.problem)}. ${problem.remedy}`,
          position: origin?.position,
        };
      }),
  ];
}

/**
 * Backups and expire run on the repository's host alone ([072]), and a cipher that is not given here comes from there
 * (pgBackRest `src/protocol/helper.c`).
 */
function noteRepositoryHost({ written, position }: DraftOrigin): DraftNote {
  return {
    kind: 'kept',
    severity: 'advice',
    what: written,
    why: 'Backups run on that host, and its own pgbackrest.conf decides on retention and encryption: run `holdfast adopt` there too.',
    position,
  };
}

/** Of the value itself, or of the one that it is a part of. */
function originOf(shown: string, builder: DraftBuilder): DraftOrigin | undefined {
  const holders = builder.paths().filter((path) => path.length > 3 && isPartOf(shown, formatPath(path)));
  return holders.toReversed().flatMap((path) => builder.originsOf(path))[0];
}

function isPartOf(shown: string, holder: string): boolean {
  return shown === holder || shown.startsWith(`${holder}.`);
}

/** Old names, which have new ones in the file. */
export function noteOldNames(settings: readonly GivenSetting[]): DraftNote[] {
  return settings
    .filter(({ written, name, fromEnvironment }) => !fromEnvironment && written !== name)
    .map(({ written, name, position }): DraftNote => ({
      kind: 'moved',
      severity: 'advice',
      what: written,
      why: `It is the old name of ${name}, and means the same.`,
      position,
    }));
}

/** What Holdfast would choose, option by option, with what was measured (docs/tuning.md). */
const tuning: readonly { option: string; command: string; slow: (value: string) => boolean; why: string }[] =
  [
    {
      option: 'compress-type',
      command: 'backup',
      slow: (value) => value === 'gz' || value === 'bz2',
      why: 'zst at level 1 stores within 5 % of the space of gzip in a tenth of the time.',
    },
    {
      option: 'process-max',
      command: 'backup',
      slow: (value) => value === '1',
      why: 'One process compresses and stores by turns. With zst and two, 2 GB took 5 s instead of 61 s on two cores.',
    },
    {
      option: 'archive-async',
      command: 'archive-push',
      slow: (value) => value === 'n',
      why: 'WAL goes out one segment at a time. With several processes and zst, 100 segments took 3.6 s instead of 42 s.',
    },
    {
      option: 'start-fast',
      command: 'backup',
      slow: (value) => value === 'n',
      why: 'A backup waits for the next checkpoint, for up to checkpoint_timeout; with it, it begins at once.',
    },
    {
      option: 'repo1-bundle',
      command: 'backup',
      slow: (value) => value === 'n',
      why: 'Each small file is stored by itself; in bundles there are fewer requests and restores are faster.',
    },
  ];

/** What could be better now. Nothing of it is in the file. */
export function noteTuning(behaviours: readonly Behaviour[]): DraftNote[] {
  return tuning.flatMap(({ option, command, slow, why }): DraftNote[] => {
    const behaviour = behaviours.find((one) => one.command === command && one.stanza !== undefined);
    const value = behaviour?.resolved.values.get(option)?.value;
    if (typeof value !== 'string' || !slow(value)) return [];
    return [
      {
        kind: 'recommended',
        severity: 'advice',
        what: `${option} is ${value}`,
        why: `${why} Holdfast chooses it where \`engine.defaults: own\` is removed.`,
        position: undefined,
      },
    ];
  });
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
