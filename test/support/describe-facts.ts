import { parseEngineVersion, type EngineVersion } from '../../src/model/engine-version.ts';
import type { CommandList } from '../../src/lint/facts.ts';
import type { Place, PlacedText } from '../../src/lint/lint-document.ts';
import type { LintProject } from '../../src/lint/lint-rule.ts';
import { readProject, type LintSource } from '../../src/lint/read-project.ts';

/** Reads files for the oldest version that is supported, knowing nothing of the file system. */
export function readSources(...sources: readonly LintSource[]): LintProject {
  const engineVersion = parseEngineVersion('2.45') as EngineVersion;
  return readProject(sources, { engineVersion, fileFacts: () => undefined });
}

/** Each fact of a project as a line of text that begins with its place, `12:3`, for tests to compare. */
export function describeFacts(project: LintProject): Record<string, readonly string[]> {
  const described = {
    documents: project.documents.map(({ document }) =>
      join(at({ document, start: 0, end: 0 }), document.kind, document.destination),
    ),
    engineSettings: project.engineFiles.flatMap(({ settings }) =>
      settings.map((one) =>
        join(at(one.name), one.via, `[${one.section}]`, `${one.name.value}=${show(one.value)}`),
      ),
    ),
    variables: project.variables.map((one) =>
      join(at(one.name), one.via, `${one.name.value}=${show(one.value)}`),
    ),
    serverSettings: project.serverSettings.map((one) =>
      join(at(one.name), one.via, `${one.name.value}=${show(one.value)}`),
    ),
    commands: project.commandLists.map((list) => join(at(list.place), list.use, showCommands(list))),
    schedules: project.schedules.map((one) =>
      join(
        at(one.place),
        one.name,
        one.expressions.map((text) => `(${show(text)})`).join(''),
        one.zone,
        one.backupType,
        one.commands && showCommands(one.commands),
      ),
    ),
    claims: project.claims.map((claim) => join(at(claim.place), claim.kind, String(claim.amount))),
    unreadable: project.documents.flatMap(({ unreadable = [] }) =>
      unreadable.map(({ place, problem }) => join(at(place), problem)),
    ),
  };
  return Object.fromEntries(Object.entries(described).filter(([, lines]) => lines.length > 0));
}

function at({ document, start }: Place): string {
  const { line, column } = document.positionOf(start);
  return `${line}:${column}`;
}

function show({ value, unknown }: PlacedText): string {
  return unknown ? `${value}?` : value;
}

function showCommands(list: CommandList): string {
  return list.commands.map((command) => command.words.map(show).join(' ')).join(' ; ');
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}
